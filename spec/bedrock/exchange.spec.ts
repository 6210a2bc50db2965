import { expect } from "chai";
import type { Dispatcher } from "undici";
import { exchange } from "../../src/bedrock/exchange.js";

describe("one request on the wire", () => {
  it("is written once, though its connection closes under it and undici takes it up again", async () => {
    const aborted: number[] = [];
    const dispatch = (_: unknown, handler: Dispatcher.DispatchHandler): boolean => {
      for (const start of [1, 2])
        handler.onRequestStart?.({ abort: () => aborted.push(start) } as never, undefined);
      handler.onResponseError?.(undefined as never, new Error("closed"));
      return true;
    };
    const sent = exchange({ dispatch } as unknown as Dispatcher, { path: "/", method: "POST" }, 10_000);
    expect(await sent.catch((error) => error)).to.include({ sent: true });
    expect(aborted).to.deep.equal([2]);
  });
});
