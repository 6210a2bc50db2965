import { expect } from "chai";
import { counted, duration, fileSize, shellWord, usd } from "../../../src/cli/report/amounts.js";

describe("words for people", () => {
  it("counts one and many", () => {
    expect([0, 1, 1234].map((value) => counted(value, "call"))).to.deep.equal([
      "0 calls",
      "1 call",
      "1,234 calls",
    ]);
  });

  it("writes durations", () => {
    expect([0, 4.24, 9.96, 59.6, 61, 3599, 7800].map(duration)).to.deep.equal([
      "0.0 s",
      "4.2 s",
      "10 s",
      "1 min 0 s",
      "1 min 1 s",
      "59 min 59 s",
      "2 h 10 min",
    ]);
  });

  it("writes sizes", () => {
    expect([1, 999, 1000, 1_440_000, 2.5e9, 7e12].map(fileSize)).to.deep.equal([
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "1.4 MB",
      "2.5 GB",
      "7000.0 GB",
    ]);
  });

  it("writes dollars", () => {
    expect([0, 0.000_001_234, 0.06, 0.8, 0.9999, 1, 1234.5].map(usd)).to.deep.equal([
      "$0",
      "$0.00000123",
      "$0.06",
      "$0.80",
      "$1.00",
      "$1.00",
      "$1,234.50",
    ]);
  });

  it("quotes an argument only where a shell needs it", () => {
    expect(["./a_b-1.json", "my file", "it's"].map(shellWord)).to.deep.equal([
      "./a_b-1.json",
      "'my file'",
      `'it'\\''s'`,
    ]);
  });
});
