import { type Json, valueAt } from "../core/json.js";
import { bodyMessage } from "./messages.js";

/** Whatever a host hands over as records. */
export const toRows = (records: unknown): readonly unknown[] => {
  if (records === null || records === undefined) return [];
  if (typeof records === "string") return [records];
  try {
    return Symbol.iterator in Object(records) ? [...(records as Iterable<unknown>)] : [records];
  } catch {
    return [null];
  }
};

/** The value behind some keys; nothing where a host's object does not have it or does not let it be read. */
export const readPath = (value: unknown, ...keys: string[]): unknown => {
  try {
    return valueAt(value, keys);
  } catch {
    return undefined;
  }
};

/** Hands events on as record messages. A listener's fault is not the answer's. */
export const listener = (onEvent: unknown): ((event: Json) => void) | undefined =>
  typeof onEvent !== "function"
    ? undefined
    : (event) => {
        try {
          onEvent(bodyMessage(event));
        } catch {
          // It hears the next one all the same.
        }
      };

/** The host calls `write` many times in one run; they share its limits. */
export const runIdOf = (syncConfig: unknown): string =>
  JSON.stringify(
    ["sync_id", "sync_run_id"].map((key) => {
      const id = readPath(syncConfig, key);
      return typeof id === "string" || typeof id === "number" ? id : null;
    }),
  );
