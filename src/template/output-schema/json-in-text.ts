import { isObject, type Json, tryParseJson } from "../../core/json.js";
import { bracedIn, objectsIn, type Stretch } from "./find-json.js";
import { longest, type ReadValue, readJson } from "./mend-json.js";

/**
 * The JSON objects in a model's text, the last one first, mended where they have to be. Those inside of others are left
 * out. Behind an answer that was `cut` off, what stands before is a draft and not taken.
 */
export function* jsonIn(text: string, cut: boolean, depth = 0): Generator<ReadValue> {
  const whole = tryParseJson(text);
  if (isObject(whole)) return yield { value: whole as Json, repaired: false };
  if (typeof whole === "string" && depth < deepest) {
    for (const { value } of jsonIn(whole, cut, depth + 1)) yield { value, repaired: true };
    return;
  }
  const sound = objectsIn(text).filter(({ end }) => !cut || !text.includes("{", end));
  const isSound = new Set(sound);
  let covered = Number.POSITIVE_INFINITY;
  let work = mostWork;
  for (const stretch of lastFirst([...sound, ...(cut ? [] : bracedIn(text))])) {
    const part = text.slice(stretch.start, stretch.end);
    const whole = isSound.has(stretch);
    if (!whole) {
      if (stretch.start >= covered || part.length > longest || !part.includes(":")) continue;
      work -= part.length;
      if (work < 0) continue;
    }
    const read = readJson(part, whole);
    if (!read) continue;
    covered = stretch.start;
    yield read;
  }
  if (cut) return;
  // Braces inside of its texts may hide where it begins and ends.
  const read = readJson(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  if (read?.repaired) yield read;
}

/** JSON in a JSON text in a JSON text. */
const deepest = 3;

/** The characters of a text that are tried for faulty JSON. */
const mostWork = 4 * longest;

/** Of those that end together, the outer one first. */
const lastFirst = (stretches: readonly Stretch[]): Stretch[] =>
  stretches.toSorted((one, other) => other.end - one.end || one.start - other.start);
