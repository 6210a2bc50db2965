import { createHash } from "node:crypto";

/**
 * Chance that repeats: from 0 to below 1, the first 32 bits of the SHA-256 of what is given, so that it depends on that and
 * on nothing else.
 */
export const draw = (...place: readonly (number | string)[]): number =>
  createHash("sha256").update(place.join(":")).digest().readUInt32BE() / 2 ** 32;
