import type { Door } from "./door.js";
import { within } from "./verdict.js";

/** The door that rows share, for as long as it answers. */
export interface SharedDoor {
  /** A door that has not ended, where the connector can still be started. */
  current(): Promise<Door>;
  /** Closes what was opened here. */
  close(): Promise<void>;
}

/** `first` until it ends, then the same connector started anew. A start may take so many seconds. */
export const shareDoor = (first: Door, seconds: number): SharedDoor => {
  let last = Promise.resolve(first);
  const renewed = async (door: Door): Promise<Door> => {
    if (door.ended() === null) return door;
    await door.close();
    return openAnother(door, seconds);
  };
  return {
    current() {
      last = last.then(renewed);
      return last;
    },
    async close() {
      const door = await last;
      if (door !== first) await door.close();
    },
  };
};

/** The same connector, started anew and ready, so that its start takes nothing of a row's time. */
export const openAnother = async (door: Door, seconds: number): Promise<Door> => {
  const other = await door.another();
  await within(seconds, () => other.call("spec")).catch(() => undefined);
  return other;
};
