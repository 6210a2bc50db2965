import { expect } from "chai";
import fc from "fast-check";
import { readEventStream } from "../../src/bedrock/event-stream.js";
import type { Json } from "../../src/core/json.js";
import { toFrames } from "../../src/testing/emulator/frames.js";

const head = { statusCode: 200, headers: { "content-type": "application/vnd.amazon.eventstream" } };
const name = fc.stringMatching(/^[a-z][A-Za-z]{2,12}$/);
const object = fc
  .dictionary(
    fc.string().filter((key) => key !== "p" && key !== "__proto__"),
    fc.jsonValue({ maxDepth: 2 }),
    {
      noNullPrototype: true,
    },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, Json>);

/** Vendors' events in chunks, and events of Converse under their names, with what a reader is to make of them. */
const event = fc.oneof(
  object.map((given) => ({
    framed: { event: "chunk", payload: { bytes: Buffer.from(JSON.stringify(given)).toString("base64") } },
    read: given as Json,
  })),
  fc
    .tuple(
      name.filter((one) => one !== "chunk"),
      object,
    )
    .map(([of, given]) => ({ framed: { event: of, payload: given }, read: { [of]: given } as Json })),
);
const events = fc.array(event, { minLength: 1, maxLength: 6 });

/** The bytes in pieces that end at these places. */
const cut = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

const readAll = (pieces: readonly Buffer[]) => {
  const seen: Json[] = [];
  const stream = readEventStream(head, (one) => seen.push(one));
  for (const piece of pieces) stream.take(piece);
  return { seen, stream };
};

describe("the frames of an event stream", () => {
  it("are read alike wherever their bytes are cut", () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(), { maxLength: 8 }), (given, places) => {
        const bytes = Buffer.concat(toFrames(given.map(({ framed }) => framed)));
        const { seen, stream } = readAll(cut(bytes, places));
        expect(seen).to.deep.equal(given.map(({ read }) => read));
        expect(stream.end()).to.deep.equal(seen);
      }),
    );
  });

  it("end with an error where bytes are missing or wrong, and hand on no event that was not sent", () => {
    fc.assert(
      fc.property(
        events,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (given, place, by, isLost) => {
          const bytes = Buffer.concat(toFrames(given.map(({ framed }) => framed)));
          const at = place % bytes.length;
          const broken = Buffer.from(bytes);
          broken[at] = (bytes[at] ?? 0) ^ by;
          const { seen, stream } = readAll([isLost ? bytes.subarray(0, at) : broken]);
          const sent = given.map(({ read }) => read);
          expect(seen).to.deep.equal(sent.slice(0, seen.length));
          if (seen.length < sent.length && !(isLost && isAtAnEnd(given, at)))
            expect(() => stream.end()).to.throw();
        },
      ),
    );
  });

  /** Cut between two frames the rest is missing and nothing is broken: the answer tells that it has no end. */
  const isAtAnEnd = (
    given: readonly { framed: Parameters<typeof toFrames>[0][number] }[],
    at: number,
  ): boolean => {
    let end = 0;
    const ends = toFrames(given.map(({ framed }) => framed)).map((frame) => {
      end += frame.length;
      return end;
    });
    return at === 0 || ends.includes(at);
  };

  it("never make the reader throw, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
        const { seen } = readAll(pieces.map((piece) => Buffer.from(piece)));
        expect(seen).to.deep.equal([]);
      }),
    );
  });

  it("tell an error that no model of the SDK has, with its name and what it says", () => {
    const [frame] = toFrames([{ exception: "quotaException", message: "Too much." }]);
    const { stream } = readAll([frame as Buffer]);
    expect(() => stream.end())
      .to.throw("Too much.")
      .with.property("name", "QuotaException");
  });
});
