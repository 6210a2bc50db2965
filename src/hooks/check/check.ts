import { sourceSettings } from "../../connection/source-settings.js";
import { ConnectorError } from "../../core/errors.js";
import { placeOf } from "../../enrich/place.js";
import type { Plan } from "../../enrich/plan.js";
import { wasteOf } from "../../enrich/plan-problems.js";
import { lookUpWithin, resolvePlan } from "../../enrich/resolve-plan.js";
import { probeLedger } from "../../run/ledger/open-ledgers.js";
import { openTable } from "../../tables/open-table.js";
import type { Side } from "../metadata.js";
import { askAws } from "./ask-aws.js";
import { checkBatch, lookAtFolders } from "./check-batch.js";
import { verdictOf } from "./check-verdict.js";

/** What a check of a configuration found: the error that stands in the way, else what may be a mistake. */
type CheckResult = ConnectorError | { readonly remarks: readonly string[] };

/**
 * Whether a configuration is usable, there are credentials, and the model can be called, without a paid call. What
 * AWS does not tell is a remark, unless nothing gets to where models are called.
 */
export const checkConfig = async (config: unknown, side: Side): Promise<CheckResult> => {
  const startedAt = performance.now();
  const plan = await (side === "source"
    ? resolvePlan(sourceSettings(config), "read", lookUpWithin(firstMs))
    : resolvePlan(config, "enrich", lookUpWithin(firstMs)));
  if (plan instanceof ConnectorError) return plan;
  const waste = side === "source" ? null : wasteOf(plan);
  if (waste) return waste;
  const ledger = await checkLedger(plan);
  if (ledger instanceof ConnectorError) return ledger;
  const table = checkTable(plan);
  const leftMs = Math.max(0, Math.round(totalMs - (performance.now() - startedAt)));
  const folders = side === "source" ? [] : lookAtFolders(plan, AbortSignal.timeout(leftMs));
  const { openControlPlane } = await import("../../bedrock/control-plane.js");
  const plane = openControlPlane(plan.connection, leftMs);
  try {
    const missing = await plane.missingCredentials();
    if (missing) return missing;
    const answers = await askAws(plane, plan);
    const finding = verdictOf(answers, plan);
    const place = await table;
    if (finding instanceof ConnectorError) return finding;
    const batch = side === "source" ? [] : checkBatch(plan, answers, await folders);
    if (batch instanceof ConnectorError) return batch;
    return place instanceof ConnectorError
      ? place
      : { remarks: [...plan.remarks, ...ledger, ...place, ...batch, ...finding.remarks] };
  } finally {
    plane.close();
  }
};

/** A form waits ten seconds for the answer, and no far side may hold it up; a command line has to start first. */
const totalMs = 9_000;
/** Of these, for what stands behind an ARN that hides its model. */
const firstMs = 4_000;

/** Nothing is written, and no connection is kept. */
const checkTable = async (plan: Plan): Promise<readonly string[] | ConnectorError> => {
  const place = placeOf(plan);
  if (!place) return [];
  const { target } = place;
  try {
    const table = await openTable(target, { max: 1, timeoutMs: tableMs });
    await table.close();
  } catch (cause) {
    return new ConnectorError("write_back_unusable", `${(cause as Error).message}.`, { cause });
  }
  const unkept = "without a ledger, the answer of a row that cannot be written is lost: set ledger";
  return [
    `Enriched rows are written to ${target.table} by ${target.key}: ${Object.keys(target.columns).join(", ")}` +
      `${plan.connection.ledger === null ? `; ${unkept}` : ""}.`,
  ];
};

/** For the server of the table. */
const tableMs = 6_000;

/** A ledger that a run holds at this moment is as it should be, and the check does not hold it afterwards. */
const checkLedger = async ({ connection: { ledger } }: Plan): Promise<readonly string[] | ConnectorError> => {
  const error = ledger === null ? null : await probeLedger(ledger);
  if (!error) return [];
  return error.code === "ledger_locked" ? [`The ledger is in use now: ${error.detail}`] : error;
};
