import { expect } from "chai";
import { errorCodes } from "../../src/core/error-codes.js";
import { sources } from "../support/sources.js";

/** Where a code is only asked for: `=== "…"`, `case "…":`, `has("…")`. */
const asked = /[!=]==\s*"\w+"|\bcase\s+"\w+"|\.(?:has|includes)\("\w+"\)/g;

const givers = sources([
  "core/error-codes.ts",
  "core/answer-codes.ts",
  "generated/",
  "host/",
  "rows/",
  "testing/",
  "cli/",
]).map(({ text }) => text.replace(asked, ""));

describe("error codes", () => {
  for (const [code, { message }] of Object.entries(errorCodes)) {
    it(`${code} is given by a room of the connector`, () => {
      expect(givers.some((text) => text.includes(`"${code}"`))).to.equal(true);
    });

    it(`${code} says what happened, in words that its detail can follow`, () => {
      expect(message).to.match(/^[A-Z].*[.:]$/s);
    });
  }
});
