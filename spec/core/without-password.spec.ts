import { expect } from "chai";
import { withoutPassword } from "../../src/core/without-password.js";

describe("an address without its password", () => {
  for (const [address, shown] of [
    ["postgres://me:s3cret@host:5432/base", "postgres://me@host:5432/base"],
    ["postgres://me:s3@cr/et@host/base?sslmode=require", "postgres://me@host/base?sslmode=require"],
    ["postgresql://host/base?password=x&sslmode=require", "postgresql://host/base?sslmode=require"],
    ["postgresql:///base?host=/tmp&sslpassword=x", "postgresql:///base?host=/tmp"],
    ["postgres://me@host", "postgres://me@host"],
    ["some/file:with@signs", "some/file:with@signs"],
  ] as const)
    it(`is ${shown} of ${address.replace(/s3[^@]*/, "…")}`, () => {
      expect(withoutPassword(address)).to.equal(shown);
    });
});
