import { resolveCredentials } from "./bedrock/identity.js";
import { ConnectorError } from "./errors.js";
import { type Job, prepareJob } from "./job.js";
import { probeLedger } from "./ledger/shared.js";

/** What a check of a configuration found: the error that stands in the way, else what may be a mistake. */
export type Finding = ConnectorError | { readonly remarks: readonly string[] };

/** Whether a configuration is usable and there are credentials, without a paid call. */
export const checkConfig = async (config: unknown): Promise<Finding> => {
  const job = prepareJob(config, "enrich");
  if (job instanceof ConnectorError) return job;
  const ledger = await checkLedger(job);
  if (ledger instanceof ConnectorError) return ledger;
  const error = await resolveCredentials(job.connection);
  return error ?? { remarks: [...job.remarks, ...ledger] };
};

/** A ledger that a run holds at this moment is as it should be, and the check does not hold it afterwards. */
const checkLedger = async ({ connection: { ledger } }: Job): Promise<readonly string[] | ConnectorError> => {
  const error = ledger === null ? null : await probeLedger(ledger);
  if (!error) return [];
  return error.code === "ledger_locked" ? [`The ledger is in use now: ${error.detail}`] : error;
};
