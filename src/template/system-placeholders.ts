import { search } from "../core/jmespath.js";
import type { Json, JsonObject } from "../core/json.js";
import type { Family } from "../models/families/family.js";
import { type Leaf, leavesOf, mapTexts, printsValues } from "./leaves.js";

/**
 * At most one sentence: where a sample lets a row's values speak as the system. A text that only chooses between its
 * own words, `{% case language %}…`, is no such place.
 */
export const systemPlaceholders = (family: Family | null, sample: JsonObject): string[] => {
  if (!family) return [];
  const leaves = leavesOf(sample).filter(printsValues);
  const places = leaves.length === 0 ? noPlaces : systemPlaces(family, sample);
  const found = leaves.filter((leaf) => places.has(placeOf(leaf.path)) || isInSystemTurn(family, leaf));
  if (found.length === 0) return [];
  return [
    `lets a row's values speak as the system (${found.map(({ path }) => path).join(", ")}): move the placeholder ` +
      "into a user message, choose between fixed texts with {% case %}, or, if nobody but you writes that column, " +
      "set system_placeholders to allow",
  ];
};

const noPlaces: ReadonlySet<string> = new Set();

/**
 * Where the family's system text stands in a sample. Every text with Liquid is its own place while it is looked
 * for.
 */
const systemPlaces = ({ request }: Family, sample: JsonObject): ReadonlySet<string> => {
  if (request.system === undefined) return noPlaces;
  const marked = mapTexts(sample, (text, path) => (/\{[{%]/.test(text) ? placeOf(path) : text));
  const places = new Set<string>();
  mapTexts(search(request.system, marked) as Json, (text) => {
    places.add(text);
    return text;
  });
  return places;
};

/** No text of a sample, so no role and no type. */
const placeOf = (path: string): string => `\u0000${path}`;

const isInSystemTurn = ({ chat }: Family, { path, text, variables }: Leaf): boolean =>
  chat?.systemTurn !== undefined &&
  path === chat.key &&
  [...text.matchAll(chat.systemTurn)].some(([turn]) => printsValues({ text: turn, variables }));
