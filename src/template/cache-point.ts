import { fillLeaves, isObject, type Json, type JsonObject, textBytes, valueAt } from "../core/json.js";
import type { CacheWay } from "../models/families/family.js";

/** Where the part of a request ends that is the same in every row. */
export interface CachePoint {
  /** Keys and indexes to the text or the list of blocks that the part ends in. */
  readonly path: readonly (string | number)[];
  /** The last block that is kept; 0 in a text. */
  readonly block: number;
  /** What is kept of that block's text; `null` where all of it is. */
  readonly beginning: string | null;
  /** Bytes of all the texts up to the point. */
  readonly bytes: number;
}

/**
 * The last place in front of a sample's first placeholder, in the order in which a model reads. `null` where nothing
 * stands in front of it, where nothing would come after it, and where the sample has points of its own: see `hasPoint`.
 */
export const findCachePoint = (way: CacheWay, sample: JsonObject): CachePoint | null => {
  const before = way.before.map((path) => valueAt(sample, path));
  if (before.some(hasLiquid) || hasPoint(way, sample)) return null;
  let bytes = textBytes(before);
  let last: CachePoint | null = null;
  for (const { path, content } of contentsOf(sample, way.places)) {
    const blocks = typeof content === "string" ? [fillLeaves(way.block, { text: content })] : content;
    if (!Array.isArray(blocks)) return last;
    for (const [block, item] of blocks.entries()) {
      if (hasLiquid(item)) {
        const beginning = constantBeginning(item);
        if (beginning === "") return last;
        return { path, block, beginning, bytes: bytes + Buffer.byteLength(beginning) };
      }
      bytes += textBytes(item);
      if (isObject(item) && typeof item.text === "string") last = { path, block, beginning: null, bytes };
    }
  }
  return null;
};

/** Whether a request says by itself what is kept. */
export const hasPoint = ({ point }: CacheWay, body: Json): boolean => {
  const names = Object.keys("within" in point ? point.within : point.after);
  const holds = (node: unknown): boolean =>
    typeof node === "object" &&
    node !== null &&
    Object.entries(node).some(([key, value]) => names.includes(key) || holds(value));
  return holds(body);
};

/**
 * The body with the point in it, as a copy where it differs; `null` where the row has nothing after the point, or not what
 * the sample has in front of it.
 */
export const setCachePoint = (way: CacheWay, point: CachePoint, body: JsonObject): JsonObject | null => {
  const changed = changeAt(body, point.path, (content) => {
    const blocks = typeof content === "string" ? [fillLeaves(way.block, { text: content })] : content;
    const block = Array.isArray(blocks) ? blocks[point.block] : undefined;
    if (!isObject(block) || typeof block.text !== "string") return undefined;
    const kept = point.beginning ?? block.text;
    const rest = block.text.slice(kept.length);
    if (!block.text.startsWith(kept) || (point.beginning !== null && rest.trim() === "")) return undefined;
    const marked =
      "within" in way.point
        ? [{ ...block, text: kept, ...way.point.within }]
        : [{ ...block, text: kept }, way.point.after];
    const others = rest === "" ? [] : [{ ...block, text: rest }];
    return (blocks as Json[]).toSpliced(point.block, 1, ...([...marked, ...others] as Json[]));
  });
  return (changed as JsonObject | undefined) ?? null;
};

/** A copy with another value behind some keys; `undefined` where that value is. */
const changeAt = (
  node: Json | undefined,
  [key, ...rest]: readonly (string | number)[],
  change: (node: Json | undefined) => Json | undefined,
): Json | undefined => {
  if (key === undefined) return change(node);
  const inner = changeAt((node as JsonObject | undefined)?.[key], rest, change);
  if (inner === undefined) return undefined;
  return Array.isArray(node) ? node.with(Number(key), inner) : { ...(node as JsonObject), [key]: inner };
};

/** The contents at some places, up to the first place that is not as a body has it. */
function* contentsOf(sample: JsonObject, places: CacheWay["places"]) {
  for (const place of places)
    for (const { path, node } of expand(sample, place)) {
      if (node === undefined) continue;
      yield { path, content: node };
    }
}

function* expand(
  node: unknown,
  [key, ...rest]: readonly string[],
  path: readonly (string | number)[] = [],
): Generator<{ path: readonly (string | number)[]; node: unknown }> {
  if (key === undefined) yield { path, node };
  else if (key !== "*") yield* expand(isObject(node) ? node[key] : undefined, rest, [...path, key]);
  else if (Array.isArray(node))
    // Whose words a text is stands before it.
    for (const [index, item] of node.entries())
      if (hasLiquid(leavingOut(item, rest[0]))) yield { path, node: null };
      else yield* expand(item, rest, [...path, index]);
  // A list that a row brings with it.
  else if (node !== undefined) yield { path, node: null };
}

const leavingOut = (item: unknown, key: string | undefined): unknown =>
  isObject(item) ? Object.entries(item).filter(([name]) => name !== key) : null;

/** What a block's text has in front of its first placeholder; none where another part of the block changes. */
const constantBeginning = (block: unknown): string => {
  if (!isObject(block) || typeof block.text !== "string") return "";
  const { text, ...others } = block;
  return hasLiquid(others) ? "" : text.slice(0, text.search(liquid)).trimEnd();
};

const hasLiquid = (node: unknown): boolean =>
  typeof node === "string"
    ? liquid.test(node)
    : typeof node === "object" && node !== null && Object.values(node).some(hasLiquid);

const liquid = /\{[{%]/;
