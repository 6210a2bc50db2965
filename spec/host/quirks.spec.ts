import { expect } from "chai";
import type { Answer } from "../support/fake-connector.js";
import { hostRuns, sampleRows } from "./run-host.js";

describe("a sync with a quirk of the Multiwoven host", () => {
  const [one, two, bad] = sampleRows;
  const { runs } = hostRuns();
  const item = (from: string, mapping_type: "standard" | "template" = "standard") => ({
    ...{ from, mapping_type },
    to: "text",
  });

  it("doubled_apostrophes doubles them in standard mappings alone", async () => {
    const quirks = ["doubled_apostrophes"] as const;
    const standard = await runs([[one]], { quirks: [...quirks], mapping: [item("text")] });
    const template = await runs([[one]], {
      quirks: [...quirks],
      mapping: [item("{{ text }}", "template")],
    });
    const without = await runs([[one]], { mapping: [item("text")] });
    expect(standard.calls).to.deep.equal([[{ text: "it''s one" }]]);
    expect(template.calls).to.deep.equal([[{ text: "it's one" }]]);
    expect(without.calls).to.deep.equal([[{ text: "it's one" }]]);
  });

  const refuse: Answer = () => ({ type: "tracking", tracking: { success: 0, failed: 1 } });

  it("true_for_broken_rows writes true for a template that is not Liquid; without it the run does not begin", async () => {
    const mapping = [item("{{ text", "template"), { from: "id", to: "id" }];
    const quirky = await runs([[one, two]], { mapping, quirks: ["true_for_broken_rows"] }, refuse);
    const honest = await runs([[one, two]], { mapping }, refuse).catch(String);
    expect(quirky.calls).to.deep.equal([[true], [true]]);
    expect(quirky.reports[0]).to.include({ failed: 2 });
    expect(honest).to.equal("Error: the mapping of text is not a Liquid template");
  });

  for (const [template, text] of [
    ["<{{ text | match_regex: 'z' | upcase }}> {{ id }}", "<Liquid error: internal> 1"],
    ["{{ text | to_datetime: '%Y' }}", "Liquid error: invalid date"],
    ["{% if id %}{{ id | regex_replace: '1', '2' }}{% endif %}!", "Liquid error: internal!"],
    ["{% assign date = text | to_datetime: '%Y' %}[{{ date }}]", "[]"],
  ] as const)
    it(`inline_liquid_errors makes ${JSON.stringify(text)} of ${template}; without it the row fails unsent`, async () => {
      const mapping = [item(template, "template")];
      const quirky = await runs([[one]], { mapping, quirks: ["inline_liquid_errors"] });
      const honest = await runs([[one]], { mapping, quirks: ["true_for_broken_rows"] });
      expect(quirky.calls).to.deep.equal([[{ text }]]);
      expect(honest.calls).to.deep.equal([]);
      expect(honest.reports[0]?.reasons).to.deep.equal({
        mapping_failed: { count: 1, message: "a template of the mapping failed" },
      });
    });

  it("failed_rows_stay_failed never sends a failed row again", async () => {
    const { calls } = await runs([[bad], [bad]], { quirks: ["failed_rows_stay_failed"] });
    expect(calls).to.have.length(1);
  });

  it("batch_all_or_nothing makes a batch a success for one good row", async () => {
    const { records } = await runs([[one, bad]], {
      load: { mode: "batch" },
      quirks: ["batch_all_or_nothing"],
    });
    expect(records.map(({ status, logs }) => [status, logs])).to.deep.equal([
      ["success", null],
      ["success", null],
    ]);
  });
});
