import { expect } from "chai";
import type { Intent } from "../../../src/run/ledger/entry.js";
import type { JobEntry } from "../../../src/run/ledger/job.js";
import type { SharedLedger } from "../../../src/run/ledger/shared-ledger.js";

const keyOf = (digit: string): string => digit.repeat(32);

/** A job that is being planned, known by a digit. */
export const jobEntry = (digit: string): JobEntry => ({
  ...{ state: "job", key: keyOf(digit), at: 1_800_000_000_000, version: 1, step: 1, stage: "planning" },
  plan: {
    ...{ model: "m", target: "0123456789abcdef", api: "invoke_model" },
    ...{ input: "s3://b/in/", output: "s3://b/out/", files: [], account: "123456789012" },
  },
});

const call = (digit: string, job: JobEntry): Intent => ({
  ...{ state: "intent", key: keyOf(digit), at: 1_800_000_000_000, job: job.key },
  ...{ model: "m", target: "0123456789abcdef", body: '{"a":"ü"}' },
});

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

/** What any ledger does with batch jobs and the calls in them; `other` is the same ledger, as another reader has it. */
export const holdsJobs = async (
  ledger: Pick<SharedLedger, "find" | "append" | "appendJob" | "addCall" | "jobs" | "callsOf" | "entries">,
  other: typeof ledger = ledger,
): Promise<void> => {
  const [one, two] = [jobEntry("d"), jobEntry("e")];
  for (const job of [one, two]) expect(await ledger.appendJob(job)).to.equal(true);
  for (const digit of ["1", "2"]) await ledger.append(call(digit, one));
  await ledger.append(call("3", two));
  expect(await other.find(keyOf("1"))).to.include({ state: "intent", job: one.key, body: '{"a":"ü"}' });

  const planned = { ...one, step: 2, stage: "planned" } as const;
  expect(await other.appendJob(planned)).to.equal(true);
  const given = { ...one, step: 2, stage: "abandoned" } as const;
  expect(await ledger.appendJob(given), "a step is gone once").to.equal(false);
  expect(await ledger.appendJob({ ...planned, step: 4, stage: "submitted" }), "none is left out").to.equal(
    false,
  );
  expect(await ledger.appendJob({ ...planned, step: 3, stage: "creating" })).to.equal(true);
  const submitted = { ...planned, step: 4, stage: "submitted", arn: "arn" } as const;
  const both = await Promise.all([ledger, other].map((at) => at.appendJob(submitted)));
  expect(both.filter(Boolean), "of two at once, one").to.have.length(1);
  expect((await other.jobs()).map(({ key, stage }) => [key, stage])).to.deep.equal([
    [one.key, "submitted"],
    [two.key, "planning"],
  ]);
  expect((await all(other.callsOf(one.key))).map(({ key }) => key)).to.deep.equal([keyOf("1"), keyOf("2")]);

  const open = { ...jobEntry("b"), stage: "collecting" } as const;
  expect(await ledger.appendJob(open)).to.equal(true);
  const add = (digit: string, at = ledger) => at.addCall({ ...call(digit, open), job: open.key }, 3);
  expect(await add("4")).to.include({ calls: 1 });
  expect((await add("5", other))?.bytes).to.be.above(2 * 9);
  const [third, fourth] = await Promise.all([add("6"), add("7")]);
  expect(
    [third, fourth].filter((size) => size !== null),
    "no more than three",
  ).to.have.length(1);
  const closing = { ...open, step: 2, stage: "counting" } as const;
  const late = Promise.all([other.appendJob(closing), add("8", other)]);
  expect(await late).to.deep.equal([true, null]);
  expect(await all(ledger.callsOf(open.key))).to.have.length(3);
  expect(await ledger.appendJob({ ...closing, step: 3, stage: "abandoned" })).to.equal(true);
  expect(await ledger.find(keyOf("4"))).to.equal(null);

  // What was never sent is as if it had never been planned.
  expect(await ledger.appendJob({ ...two, step: 2, stage: "refused" })).to.equal(true);
  expect(await other.find(keyOf("3"))).to.equal(null);
  expect(await all(other.callsOf(two.key))).to.deep.equal([]);
  const { state: _, ...sent } = call("1", one);
  await ledger.append({ ...sent, state: "refused", code: "invalid_request" });
  expect(await other.find(keyOf("1"))).to.include({ state: "refused", job: one.key });
  expect((await all(other.callsOf(one.key))).map(({ key }) => key)).to.deep.equal([keyOf("2")]);
  const states = (await all(other.entries())).map(({ key, state }) => `${key[0]} ${state}`);
  expect(states.sort()).to.deep.equal(["1 refused", "2 intent"]);
};
