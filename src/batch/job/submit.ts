import type { JobState } from "../../bedrock/jobs.js";
import { isOpen, type JobEntry, type JobReport } from "../../run/ledger/job.js";
import { isOtherAccount } from "../access/account.js";
import { type Door, holding } from "../door.js";
import { attempt, isFailure } from "./attempt.js";
import { upload } from "./input-files.js";
import { stageAfter } from "./moves.js";
import { advance, latest, move, type Stepped } from "./step.js";

/**
 * Brings a planned job to the service: its files are put in place once, whoever tried before, and it is asked for where the list
 * of jobs has none, with the one token of its plan. That it will be asked for is in the ledger before it is. @throws ConnectorError
 * of the ledger
 */
export const submit = (door: Door, job: JobEntry): Promise<Stepped> =>
  // Held, so that no other process comes in between, and has to find out what became of it.
  holding(door, async () => {
    const put = await attempt("put", () => upload(door, job));
    if (isFailure(put)) return { job, failure: put };
    const found = await attempt("look", () => door.jobs.find(nameOf(job), job.key));
    door.at("looked");
    if (isFailure(found)) return { job, failure: found };
    if (found) return adopt(door, job, found);
    const marked = await advance(door, job, { stage: stageAfter(job.stage, "look", "absent") });
    if (!marked) return { job: await latest(door, job) };
    door.at("marked");
    return create(door, marked);
  });

const create = async (door: Door, job: JobEntry): Promise<Stepped> => {
  const { jobs, place } = door;
  const { model, api, input, output } = job.plan;
  const arn = await attempt("create", () =>
    jobs.create({
      ...{ name: nameOf(job), token: job.key, modelId: model, roleArn: place.roleArn },
      ...{ converse: api === "converse", input, output },
      ...{ kmsKey: place.kmsKey, tags: place.tags, hours: hoursOf(job) },
    }),
  );
  door.at("created");
  if (isFailure(arn)) {
    const report = { report: { status: "Refused", message: arn.why } };
    return move(door, job, "create", arn, arn.is === "refused" ? report : {});
  }
  if (arn === null) return move(door, job, "create", "known");
  const made = await keep(door, job, arn);
  door.at("submitted");
  return { job: made };
};

/** Writes that the service has a job, as its list says. */
const adopt = async (door: Door, job: JobEntry, found: JobState): Promise<Stepped> => {
  const there = await move(door, job, "look", "there", factsOf(found));
  door.at("submitted");
  return there;
};

/** Writes that a job was made, whoever has gone on with its plan meanwhile. One whose plan was given up is stopped. */
const keep = async (door: Door, job: JobEntry, arn: string): Promise<JobEntry> => {
  for (let plan = job; ; plan = await latest(door, job)) {
    if (plan.arn !== undefined) return plan;
    if (!isOpen(plan)) {
      await attempt("stop", () => door.jobs.stop(arn));
      return plan;
    }
    const made = stageAfter(plan.stage, "create", "made");
    const kept = await advance(door, plan, { stage: made, arn, report: { status: "Submitted" } });
    if (kept) return kept;
  }
};

/** After so many hours a job ends, begun or not. */
export const hoursOf = ({ plan }: JobEntry): number => plan.hours ?? 24;

/**
 * What became of a job that was asked for and whose answer nobody has: the list has it, or has none after a while, and it may be
 * asked for again.
 */
export const findOut = async (door: Door, job: JobEntry): Promise<Stepped> => {
  const found = await attempt("look", () => door.jobs.find(nameOf(job), job.key));
  if (isFailure(found)) return { job, failure: found };
  if (found) return adopt(door, job, found);
  const waited = door.clock.date() - job.at;
  // The clock of who asked for it was ahead.
  if (waited < 0) return move(door, job, "look", "unproven", { trouble: early });
  if (waited < graceMs) return { job, failure: { is: "passing", why: early, isSoon: waited < shortMs } };
  if (await isOtherAccount(door, job))
    return {
      job,
      failure: {
        is: "refused",
        isSoon: false,
        why: `It may have been made in the account ${job.plan.account}, whose jobs these credentials do not see.`,
      },
    };
  return move(door, job, "look", "absent");
};

const early = "It was asked for, and whether it was made is not certain yet.";

/** By then the list of jobs has what was made. */
const graceMs = 5 * 60_000;
/** So long who does not wait looks again. */
const shortMs = 60_000;

/** What the service tells of a job. */
export const factsOf = ({
  arn,
  status,
  message,
  processed,
}: JobState): { arn: string; report: JobReport } => ({
  arn,
  report: { status, ...(message !== null && { message }), ...(processed !== null && { processed }) },
});

/** The name of a job at the service. */
export const nameOf = ({ key }: Pick<JobEntry, "key">): string => `bedrock-model-${key}`;
