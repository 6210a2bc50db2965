import { isObject, type Json, type JsonObject } from "../../core/json.js";

/**
 * One chunk laid over those before it: pieces of text go on, objects are laid over each other key by key, items of a
 * list by their `index`, where they have one, or their place. Of all else the last that is not null counts.
 */
export const layOver = (whole: Json, piece: Json, path = ""): Json => {
  if (piece === null) return whole;
  if (Array.isArray(whole) && Array.isArray(piece)) return layItems(whole, piece, path);
  if (isObject(whole) && isObject(piece)) {
    const before = (key: string): Json => (Object.hasOwn(whole, key) ? (whole[key] ?? null) : null);
    const laid = Object.entries(piece).map(([key, value]) => [
      key,
      layOver(before(key), value ?? null, `${path}.${key}`),
    ]);
    return { ...whole, ...Object.fromEntries(laid) };
  }
  return typeof whole === "string" && typeof piece === "string" && goesOn(path) ? whole + piece : piece;
};

const layItems = (whole: readonly Json[], piece: readonly Json[], path: string): Json[] => {
  const laid = [...whole];
  for (const [place, item] of piece.entries()) {
    const index = isObject(item) && typeof item.index === "number" ? item.index : null;
    const at = index === null ? place : laid.findIndex((other) => isObject(other) && other.index === index);
    if (at < 0) laid.push(item);
    else laid[at] = layOver(laid[at] ?? null, item, path);
  }
  return laid;
};

/** The next piece of a block: what a delta brings is laid over what the block has. */
export const growBlock = (block: JsonObject, delta: Json): JsonObject =>
  (layOver({ delta: block }, { delta }) as { delta: JsonObject }).delta;

/** Texts that come in pieces: all that stands in a delta, but for what names or numbers it. */
const goesOn = (path: string): boolean => pieces.test(path) && !names.test(path);

const pieces = /\.(?:delta|text|outputText|generation|completion)(?:\.|$)/;
const names = /\.(?:role|type|id|name|index)$/;
