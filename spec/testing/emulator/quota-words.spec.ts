import { expect } from "chai";
import { readQuota } from "../../../src/testing/emulator/index.js";
import { quotaForms } from "../../../src/testing/emulator/quota-words.js";

describe("emulator: a quota in words", () => {
  for (const [words, quota] of [
    ["30/s burst 30, chance 5%", { requests_per_second: 30, burst: 30, chance: 0.05 }],
    ["1800 requests per minute", { requests_per_second: 30 }],
    ["0.5 req/s, windows of 2min", { requests_per_second: 0.5, window_seconds: 120 }],
    [
      "200k tokens/min token burst 50k burndown 5",
      { tokens_per_minute: 200_000, token_burst: 50_000, burndown: 5 },
    ],
    ["Overload above 100", { overload_above: 100 }],
    ["refused 10..18s", { refused: [{ from_seconds: 10, to_seconds: 18 }] }],
    [
      "refused 500ms..2s, refused 50% 1min..90s",
      {
        refused: [
          { from_seconds: 0.5, to_seconds: 2 },
          { from_seconds: 60, to_seconds: 90, share: 0.5 },
        ],
      },
    ],
    [
      "40/s neighbour 0/20/35 every 10s",
      { requests_per_second: 40, neighbour: { requests_per_second: [0, 20, 35], every_seconds: 10 } },
    ],
    ["40/s, neighbor 12.5", { requests_per_second: 40, neighbour: { requests_per_second: [12.5] } }],
    ["40/s neighbour 50%", { requests_per_second: 40, neighbour: { share: 0.5 } }],
    ["chance 10%, Retry-After 2s, seed 7", { chance: 0.1, retry_after_seconds: 2, seed: 7 }],
  ] as const)
    it(`reads ${words}`, () => {
      expect(readQuota(words)).to.deep.equal(quota);
    });

  it("reads every form that its message names", () => {
    for (const form of quotaForms)
      expect(readQuota(form.startsWith("neighbour") ? `9/s ${form}` : form), form).to.be.an("object");
  });

  for (const [words, message] of [
    ["", /^The quota is empty; write any of 30\/s, /],
    [
      "30/s, refsued 10s..18s, seed 1",
      /^In the quota "refsued 10s..18s" is not understood; write any of 30\/s, /,
    ],
    ["chance 5", /"chance 5" is not understood/],
    ["30", /"30" is not understood/],
    ["30/s burst", /"burst" is not understood/],
    ["30/sburst 3", /"30\/sburst 3" is not understood/],
    ["30/s 40/s", /^The quota says twice what "40\/s" says; leave one out\.$/],
    ["chance 500%", /^quota\.chance must be a number from 0 to 1; it is 5\.$/],
    ["refused 18s..10s", /^quota\.refused\[0\]\.from_seconds must be below to_seconds\.$/],
    ["refused 0% 1s..2s", /^quota\.refused\[0\]\.share must be a number above 0, up to 1; it is 0\.$/],
    ["neighbour 50%", /requests_per_second must be set, too\.$/],
    ["0/s", /requests_per_second must be a number above 0; it is 0\.$/],
  ] as const)
    it(`refuses ${JSON.stringify(words)}`, () => {
      expect(() => readQuota(words)).to.throw(TypeError, message);
    });

  for (const [quota, message] of [
    [
      { refused: {} },
      "quota.refused must be a list of objects with from_seconds and to_seconds; it is an object.",
    ],
    [
      { refused: [{ from_seconds: 1 }] },
      "quota.refused[0].to_seconds must be a number above 0; it is missing.",
    ],
    [
      { requests_per_second: 1, neighbour: { takes: 1 } },
      "quota.neighbour.takes is not a field; take one of requests_per_second, every_seconds, share.",
    ],
    [
      { requests_per_second: 1, neighbour: {} },
      "quota.neighbour must have either requests_per_second or share.",
    ],
    [
      { requests_per_second: 1, neighbour: { requests_per_second: 5 } },
      "quota.neighbour.requests_per_second must be a list of numbers of 0 or more; it is 5.",
    ],
  ] as const)
    it(`refuses ${JSON.stringify(quota)}`, () => {
      expect(() => readQuota(quota)).to.throw(TypeError, message);
    });
});
