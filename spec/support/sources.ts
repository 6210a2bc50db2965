import { readdirSync, readFileSync } from "node:fs";

const src = new URL("../../src/", import.meta.url);

/**
 * The modules of src by their paths in it, without those in some rooms, as `core/` or `core/errors.ts` name them.
 */
export const sources = (
  without: readonly string[] = [],
): readonly { readonly path: string; readonly text: string }[] =>
  readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !without.some((room) => path.startsWith(room)))
    .map((path) => ({ path, text: readFileSync(new URL(path, src), "utf8") }));
