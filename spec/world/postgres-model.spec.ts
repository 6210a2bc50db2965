import { expect } from "chai";
import * as statements from "../../src/run/ledger/postgres/statements.js";
import { type Database, openDatabase } from "../support/postgres.js";
import { type Chance, chanceOf } from "./chance.js";
import { createTable } from "./postgres.js";

describe("the table of the world", () => {
  let server: Database;
  before(async function () {
    const started = await openDatabase();
    if (typeof started === "string") return this.skip();
    server = started;
  });
  after(() => server?.stop());

  it("does with every statement what PostgreSQL does", async () => {
    let time = Date.now();
    const table = createTable(() => time++);
    const chance = chanceOf(1);
    let answers = 0;
    for (const text of [statements.createTable, ...Array<string>(600).fill("")]) {
      const [statement, values] = text === "" ? anyStatement(chance) : [text, []];
      const real = (await server.query(statement, values)).map(withoutTimes);
      const own = (table.does[statement]?.(values) ?? []).map((row) => withoutTimes(row as object));
      answers += own.length;
      expect(own, `${statement} ${JSON.stringify(values)}`).to.deep.equal(real);
    }
    expect(answers).to.be.above(200);
  });
});

/** Times and what no ledger reads. */
const withoutTimes = (row: object): object =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => !/^(?:at|at_ms|lease_until|quiet_ms|worker|run_\w+)$/.test(name) && value !== null,
    ),
  );

const hour = 3_600_000;

const anyStatement = ({ pick, whole, happens }: Chance): [string, unknown[]] => {
  const key = pick(["a", "b", "c"]);
  const name = pick(["one", "two"]);
  const version = happens(0.5) ? "0" : `${whole(1, 6)}`;
  const counts = [7, null, 3, null, null, 1.5, "id"];
  const share = [whole(0, 3), whole(0, 30), whole(0, 2)];
  return pick<[string, unknown[]]>([
    [statements.find, [key]],
    [statements.find, [key]],
    [statements.takeOver, [key]],
    [statements.claim, [key, name, "w", pick([-hour, hour]), "model", "target", "{}", version]],
    [statements.claim, [key, name, "w", pick([-hour, hour]), "model", "target", "{}", version]],
    [statements.settle, [key, "received", name, null, null, null, "answer", null, ...counts]],
    [statements.settle, [key, "refused", name, "m", "t", null, null, "throttled", ...Array(7).fill(null)]],
    [statements.settle, [key, "unknown", name, "m", "t", "{ }", null, "lost", ...Array(7).fill(null)]],
    [statements.page, [pick(["", "a", "b"])]],
    [
      statements.takeShare,
      [`run ${name}`, ...share, pick([4, "Infinity"]), 60, "Infinity", pick([0.001, 1e12])],
    ],
    [
      statements.takeShare,
      [`run ${name}`, ...share, pick([4, "Infinity"]), 60, "Infinity", pick([0.001, 1e12])],
    ],
    [statements.giveBack, [`run ${name}`, ...share, 1]],
    [statements.touch, [`run ${name}`]],
    [statements.openCalls, [`run ${name}`]],
  ]);
};
