import { readFileSync } from "node:fs";
import { expect } from "chai";
import { structs, validate } from "../support/protocol.js";

/** What the host's own gem says of an input: `output` is the struct it builds. */
interface HostVerdict {
  struct: string;
  input: unknown;
  ok: boolean;
  output?: unknown;
  error?: string;
}

const lines = readFileSync(new URL("../../fixtures/host/verdicts.jsonl", import.meta.url), "utf8").split(
  "\n",
);
const verdicts: HostVerdict[] = lines.filter((line) => line !== "").map((line) => JSON.parse(line));

describe("schemas/protocol.json against the host's verdicts", () => {
  it("has all 158 of them", () => {
    expect(verdicts).to.have.length(158);
  });

  it("knows every struct that was judged", () => {
    expect(structs()).to.include.members(verdicts.map((verdict) => verdict.struct));
  });

  for (const [struct, group] of groupByStruct()) {
    it(`${struct}: ${group.length} verdicts`, () => {
      for (const { input, ok, output, error } of group) {
        const ours = validate(struct, input);
        expect(ours.ok, `${JSON.stringify(input)}: the host says ${error ?? "ok"}`).to.equal(ok);
        if (ours.ok) expect(ours.output, JSON.stringify(input)).to.deep.equal(output);
      }
    });
  }
});

function groupByStruct(): Map<string, HostVerdict[]> {
  const groups = new Map<string, HostVerdict[]>();
  for (const verdict of verdicts) {
    groups.set(verdict.struct, [...(groups.get(verdict.struct) ?? []), verdict]);
  }
  return groups;
}
