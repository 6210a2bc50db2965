import { expect } from "chai";
import { Failure } from "../../src/cli/failure.js";
import { refuseTerminal } from "../../src/cli/stdin.js";

describe("stdin", () => {
  it("is not waited for where somebody would have to type", () => {
    expect(() => refuseTerminal(undefined, { isTTY: true })).to.throw(Failure, /pipe rows in/);
    expect(() => refuseTerminal("rows.csv", { isTTY: true })).not.to.throw();
  });
});
