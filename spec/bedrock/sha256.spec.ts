import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { Sha256 } from "../../src/bedrock/sha256.js";
import { anyCharacter } from "../support/any-character.js";

const hex = async (hash: Sha256): Promise<string> => Buffer.from(await hash.digest()).toString("hex");

describe("SHA-256 for the signer", () => {
  const parts = fc.array(fc.uint8Array());
  const keys = fc.oneof(fc.string({ unit: anyCharacter }), fc.uint8Array({ minLength: 1 }));

  it("is OpenSSL's, in whatever parts it comes, and again after a reset", () =>
    fc.assert(
      fc.asyncProperty(parts, async (given) => {
        const [hash, expected] = [
          new Sha256(),
          createHash("sha256").update(Buffer.concat(given)).digest("hex"),
        ];
        for (let time = 0; time < 2; time++) {
          for (const part of given) hash.update(part);
          expect(await hex(hash)).to.equal(expected);
          hash.reset();
        }
      }),
    ));

  it("takes a key of any form", () =>
    fc.assert(
      fc.asyncProperty(parts, keys, async (given, key) => {
        const expected = createHmac("sha256", key).update(Buffer.concat(given)).digest("hex");
        const forms = typeof key === "string" ? [key] : [key, new DataView(key.buffer), key.slice().buffer];
        for (const form of forms) {
          const hash = new Sha256(form);
          for (const part of given) hash.update(part);
          expect(await hex(hash)).to.equal(expected);
        }
      }),
    ));
});
