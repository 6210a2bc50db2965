import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import { entryStates } from "../../../src/run/ledger/entry.js";
import { createKeyIndex, type Place } from "../../../src/run/ledger/index-by-key.js";

describe("the key index of a ledger", () => {
  const hex = (word: number) => word.toString(16).padStart(8, "0");
  // Few different words, so that keys share halves and slots; the whole key depends on its first 64 bits.
  const word = fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.constantFrom(1024, 2 ** 31, 2 ** 32 - 1),
    fc.nat(),
  );
  const key = fc.tuple(word, word).map(([high, low]) => `${hex(high)}${hex(low)}`.repeat(2));
  const place = fc.record({
    offset: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    state: fc.constantFrom(...entryStates),
  });

  it("answers as a Map does, through growth and overwriting", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, place), { maxLength: 3_000, size: "max" }), key, (sets, other) => {
        const index = createKeyIndex();
        const map = new Map<string, Place>();
        for (const [key, place] of sets) {
          index.set(key, place);
          map.set(key, place);
        }
        expect(index.size).to.equal(map.size);
        for (const [key, place] of map) expect(index.get(key)).to.deep.equal(place);
        expect(index.get(other)).to.deep.equal(map.get(other) ?? null);
      }),
      { numRuns: 8 },
    );
  });

  it("takes less than 10 MB for 200,000 keys", () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    // Buffers are freed in the background of a collection; a second one waits for that.
    const collect = () => [gc(), gc()];
    collect();
    const before = process.memoryUsage();
    const index = createKeyIndex();
    for (let id = 0; id < 200_000; id++)
      index.set(hex((id * 2_654_435_761) % 2 ** 32) + hex(id), { offset: id, state: "received" });
    collect();
    const after = process.memoryUsage();
    expect(index.size).to.equal(200_000);
    expect(index.get(hex(0) + hex(0))).to.deep.equal({ offset: 0, state: "received" });
    expect(after.arrayBuffers - before.arrayBuffers).to.be.below(10e6);
    expect(after.heapUsed - before.heapUsed).to.be.below(5e6);
  });
});
