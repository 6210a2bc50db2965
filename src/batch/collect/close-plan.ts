import type { JobEntry } from "../../run/ledger/job.js";
import { type Door, holding } from "../door.js";
import { cutFiles } from "../job/input-files.js";
import { advance, latest, type Stepped } from "../job/step.js";

/**
 * Has nobody add calls any more to a job for which they were collected, and plans it of them; too few for a job are left for the
 * run that comes to their rows next. Done again after a crash, by whoever comes, it goes on. @throws ConnectorError of the ledger
 */
export const closePlan = (door: Door, job: JobEntry): Promise<Stepped> =>
  holding(door, async () => {
    const closed = job.stage === "counting" ? job : await advance(door, job, { stage: "counting" });
    if (!closed) return { job: await latest(door, job) };
    door.at("counting");
    const files = await cutFiles(door, closed);
    const records = files.reduce((sum, file) => sum + file.records, 0);
    const { limits } = await door.limits();
    if (records < limits.leastRecords) return release(door, closed, limits.leastRecords);
    const planned = await advance(door, closed, { stage: "planned", plan: { ...closed.plan, files } });
    door.at("planned");
    return { job: planned ?? (await latest(door, job)) };
  });

/** Gives a job up that has too few calls, and says of each that it is not for another one. */
const release = async (door: Door, job: JobEntry, least: number): Promise<Stepped> => {
  const { ledger, clock } = door;
  const calls = [];
  for await (const call of ledger.callsOf(job.key)) calls.push(call);
  const rows = calls.length === 1 ? "1 row is" : `${calls.length} rows are`;
  const message = `${rows} too few for a job, which takes ${least} at least. What is too little for a job is called when it comes again.`;
  const report = { status: "Too few", message, unprocessed: calls.length };
  const given = await advance(door, job, { stage: "abandoned", ...(calls.length > 0 && { report }) });
  if (!given) return { job: await latest(door, job) };
  door.at("released");
  for (const { key, model, target, body } of calls) {
    // Who is at a row just now has seen the job's end.
    const isFree = !ledger.underway.has(key) && (await ledger.find(key)) === null;
    if (!isFree || ledger.underway.has(key)) continue;
    const free = { state: "refused", code: "batch_unprocessed", job: job.key } as const;
    await ledger.append({ ...free, key, at: clock.date(), model, target, body });
  }
  return { job: given };
};
