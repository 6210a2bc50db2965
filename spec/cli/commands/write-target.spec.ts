import { expect } from "chai";
import type { WritePlan } from "../../../src/cli/commands/write-plan.js";
import { openTarget } from "../../../src/cli/commands/write-target.js";
import { createShape } from "../../../src/rows/shape.js";

describe("where rows go", () => {
  it("is the terminal, with what became of each, or stdout with all of it", async () => {
    const _bedrock = { status: "enriched", error: null, model: "m", usage: { a: 1 } };
    const record = { data: { id: 1, _bedrock } };
    const shown = async (plan: Partial<WritePlan>): Promise<unknown> => {
      const parts = { claim: undefined, guard: (row: object, use: (row: object) => unknown) => use(row) };
      const shape = createShape(undefined, "full");
      const target = await openTarget({ shape, json: false, ...plan } as WritePlan, parts as never);
      const { write } = process.stdout;
      let text = "";
      process.stdout.write = (chunk: unknown): boolean => {
        text += chunk;
        return true;
      };
      try {
        await target.put({ type: "record", record } as never);
      } finally {
        process.stdout.write = write;
      }
      return JSON.parse(text);
    };
    expect(await shown({})).to.deep.equal({ id: 1, _bedrock: { status: "enriched", error: null } });
    expect(await shown({ output: "-" })).to.deep.equal({ id: 1, _bedrock });
    expect(await shown({ json: true })).to.have.nested.property("record.data._bedrock.model", "m");
  });
});
