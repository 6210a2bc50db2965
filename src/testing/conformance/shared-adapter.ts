import type { Adapter } from "./adapter.js";
import { within } from "./violation.js";

/** The adapter that rules share, for as long as it answers. */
export interface SharedAdapter {
  /** A adapter that has not ended, where the connector can still be started. */
  current(): Promise<Adapter>;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

/** `first` until it ends, then the same connector started anew. A start may take so many seconds. */
export const shareAdapter = (first: Adapter, seconds: number): SharedAdapter => {
  let last = Promise.resolve(first);
  const renewed = async (adapter: Adapter): Promise<Adapter> => {
    if (adapter.ended() === null) return adapter;
    await adapter.close();
    return openAnother(adapter, seconds);
  };
  return {
    current() {
      last = last.then(renewed);
      return last;
    },
    async close() {
      const adapter = await last;
      if (adapter !== first) await adapter.close();
    },
  };
};

/** The same connector, started anew and ready, so that its start takes nothing of a rule's time. */
export const openAnother = async (adapter: Adapter, seconds: number): Promise<Adapter> => {
  const other = await adapter.another();
  await within(seconds, () => other.call("spec")).catch(() => undefined);
  return other;
};
