import { setImmediate as nextTurn } from "node:timers/promises";
import { openWire } from "../../src/testing/conformance/watched-wire.js";
import type { Emulator } from "../../src/testing/emulator/index.js";

/** A way to the local Bedrock on which every call waits until it is opened. */
export interface Gate {
  readonly url: string;
  /** Resolves when a call waits. */
  reached(): Promise<void>;
  /** Lets the calls on their way, and all that come. */
  open(): void;
}

export const withGate = async (bedrock: Emulator, use: (gate: Gate) => Promise<void>): Promise<void> => {
  const wire = await openWire(bedrock.url, { calls: { path: "/(invoke|converse)$" } });
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  wire.disturb(({ isCall }) => (isCall ? opened : undefined));
  try {
    await use({
      url: wire.url,
      async reached() {
        while (wire.calls().length === 0) await nextTurn();
      },
      open,
    });
  } finally {
    await wire.close();
  }
};
