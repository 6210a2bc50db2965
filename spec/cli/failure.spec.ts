import { expect } from "chai";
import { failureOf, wrongUsage } from "../../src/cli/failure.js";
import { FileFailure } from "../../src/core/file-failure.js";

describe("what ends a command", () => {
  const thrown: [what: string, error: unknown, exitCode: number, message: string][] = [
    ["wrong usage", wrongUsage("no file"), 2, "no file"],
    ["a file that cannot be used", new FileFailure("a.csv is not UTF-8"), 1, "a.csv is not UTF-8"],
    ["anything else", new TypeError("x"), 1, "unexpected error: TypeError: x"],
  ];
  for (const [what, error, exitCode, message] of thrown)
    it(`is ${what}, with exit code ${exitCode}`, () => {
      expect(failureOf(error)).to.include({ exitCode, message });
    });
});
