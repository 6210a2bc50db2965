import type { JobState } from "../bedrock/jobs.js";
import { isConflict } from "../bedrock/objects.js";
import { ConnectorError } from "../core/errors.js";
import { FileFailure } from "../core/file-failure.js";
import type { JobEntry } from "../run/ledger/job.js";
import { after, type Door, holding } from "./door.js";
import { upload } from "./input-files.js";

/** What became of a job that was to be made: it is there, it has to wait for a place or for the service, or it was refused. */
export type Submitted =
  | { readonly is: "submitted"; readonly job: JobEntry }
  | { readonly is: "later"; readonly why: string }
  | { readonly is: "refused"; readonly job: JobEntry; readonly error: ConnectorError };

/**
 * Brings a planned job to the service, exactly once however often it is tried: its files are put in place once, and it is made
 * with the one token that its plan has, after the service was asked whether it is there already. @throws ConnectorError,
 * FileFailure where its files cannot be put in place
 */
export const submit = (door: Door, key: string, stop: AbortSignal): Promise<Submitted> =>
  holding(door, async () => {
    const job = (await door.ledger.jobs()).find((entry) => entry.key === key);
    if (job?.stage !== "planned") return { is: "later", why: "another process is at it" };
    if (!(await isUploaded(door, job))) return { is: "later", why: "another process is at it" };
    const made = await make(door, job, stop);
    if ("why" in made) return { is: "later", why: made.why };
    if ("error" in made) {
      const { error } = made;
      const report = { status: "Refused", message: error.message };
      const refused = after(job, door.clock, { stage: "refused", report });
      await door.ledger.appendJob(refused);
      return { is: "refused", job: refused, error };
    }
    door.at("created");
    const { arn, status } = made;
    const submitted = after(job, door.clock, { stage: "submitted", arn, report: { status } });
    await door.ledger.appendJob(submitted);
    door.at("submitted");
    return { is: "submitted", job: submitted };
  });

/** Whether its files are in their place; no where another process is just putting them there. */
const isUploaded = async (door: Door, job: JobEntry): Promise<boolean> => {
  try {
    await upload(door, job);
    return true;
  } catch (error) {
    if (error instanceof FileFailure && isConflict(error.cause)) return false;
    throw error;
  }
};

type Made = Pick<JobState, "arn" | "status"> | { readonly why: string } | { readonly error: ConnectorError };

const make = async (door: Door, job: JobEntry, stop: AbortSignal): Promise<Made> => {
  const { jobs, clock, place, plan } = door;
  const name = nameOf(job);
  const look = (): Promise<JobState | null> => jobs.find(name, job.key);
  let last: ConnectorError | null = null;
  for (let tries = 0; tries < mostTries && !stop.aborted; tries++) {
    if (tries > 0) await clock.sleep(Math.min(1000 * 2 ** (tries - 1), 15_000) * lookedAfter(clock), stop);
    try {
      const found = await look();
      door.at("looked");
      if (found) return found;
      const arn = await jobs.create({
        ...{ name, token: job.key, modelId: job.plan.model, roleArn: place.roleArn },
        ...{ converse: plan.connection.api === "converse", input: job.plan.input, output: job.plan.output },
        ...{ kmsKey: place.kmsKey, tags: place.tags, hours: 24 },
      });
      if (arn !== null) return { arn, status: "Submitted" };
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown;
      if (thrown.code === "service_quota_exceeded") return { why: thrown.message };
      if (thrown.billed === "no" && !thrown.retryable) return { error: thrown };
      last = thrown;
    }
  }
  return { why: last?.message ?? "the run was stopped before the job was made" };
};

const mostTries = 8;
const lookedAfter = (clock: Door["clock"]): number => 0.5 + clock.random();

/** The name of a job at the service. */
export const nameOf = ({ key }: Pick<JobEntry, "key">): string => `bedrock-model-${key}`;
