import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { workAhead } from "../../src/enrich/work-ahead.js";

const always = (): undefined => undefined;

const all = async <Result>(ahead: { next(): Promise<Result | null> }): Promise<Result[]> => {
  const results: Result[] = [];
  for (let result = await ahead.next(); result !== null; result = await ahead.next()) results.push(result);
  return results;
};

describe("rows that are worked on ahead", () => {
  it("come out in their order, whichever is ready first", async () => {
    const ends: (() => void)[] = [];
    const work = (row: number) =>
      new Promise<{ row: number }>((resolve) => {
        ends[row] = () => resolve({ row });
      });
    const ahead = workAhead([0, 1, 2], work, { width: 3, turn: always });
    await nextTurn();
    for (const end of ends.toReversed()) end();
    expect(await all(ahead)).to.deep.equal([{ row: 0 }, { row: 1 }, { row: 2 }]);
  });

  it("are as many as there may be, and one more for each that comes out", async () => {
    const taken: number[] = [];
    const work = async (row: number) => {
      taken.push(row);
      return { row };
    };
    const ahead = workAhead([0, 1, 2, 3, 4, 5], work, { width: 2, turn: always });
    await nextTurn();
    expect(taken).to.deep.equal([0, 1]);
    await ahead.next();
    await nextTurn();
    expect(taken).to.deep.equal([0, 1, 2]);
  });

  it("are no promises, whatever their columns are called", async () => {
    const name = "then";
    const row = { [name]: () => expect.fail("a row was awaited") };
    async function* rows() {
      yield 1;
    }
    const boxed = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: row }) }) };
    const work = async (taken: unknown) => ({ taken });
    expect(await workAhead([row], work, { width: 1, turn: always }).next()).to.deep.equal({ taken: row });
    expect(await workAhead(boxed, work, { width: 1, turn: always }).next()).to.deep.equal({ taken: row });
    expect(await all(workAhead(rows(), work, { width: 1, turn: always }))).to.deep.equal([{ taken: 1 }]);
  });

  it("come before the error of their source, and before that of a later row", async () => {
    const work = async (row: number) => {
      if (row === 1) throw new Error("of a row");
      return { row };
    };
    function* broken() {
      yield 0;
      throw new Error("of the source");
    }
    const ofSource = workAhead(broken(), work, { width: 9, turn: always });
    const ofRow = workAhead([0, 1], work, { width: 9, turn: always });
    await nextTurn();
    for (const [ahead, words] of [
      [ofSource, "of the source"],
      [ofRow, "of a row"],
    ] as const) {
      expect(await ahead.next()).to.deep.equal({ row: 0 });
      expect(await ahead.next().catch((error: Error) => error.message)).to.equal(words);
    }
  });

  it("are left where they are once nobody takes them, and their source is closed", async () => {
    let isClosed = false;
    const taken: number[] = [];
    function* rows() {
      try {
        for (let row = 0; ; row++) yield row;
      } finally {
        isClosed = true;
      }
    }
    const work = async (row: number) => {
      taken.push(row);
      return { row };
    };
    const ahead = workAhead(rows(), work, { width: 2, turn: always });
    await ahead.next();
    ahead.leave();
    await nextTurn();
    expect([isClosed, taken]).to.deep.equal([true, [0, 1]]);
  });
});
