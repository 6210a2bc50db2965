import { Readable } from "node:stream";
import { expect } from "chai";
import { untilQuiet } from "../../src/rows/until-quiet.js";

describe("a pipe that is read until it is quiet", () => {
  it("is given up when it is silent after the abort, but not what it still sends", async () => {
    const stop = new AbortController();
    const pipe = new Readable({ read: () => undefined });
    pipe.push("a");
    const received: string[] = [];
    for await (const chunk of untilQuiet(pipe, stop.signal, 20)) {
      received.push(String(chunk));
      if (received.length === 1) pipe.push("b");
      stop.abort();
    }
    expect(received).to.deep.equal(["a", "b"]);
  });
});
