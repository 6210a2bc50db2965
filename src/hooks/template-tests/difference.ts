import { isDeepStrictEqual } from "node:util";

/**
 * How a value differs from the expected one, line by line (`-` expected, `+` actual); `null` where they are equal as
 * JSON. The order of keys does not count.
 */
export const differenceOf = async (expected: unknown, actual: unknown): Promise<string | null> => {
  const [wanted, given] = [asJson(expected), asJson(actual)];
  if (isDeepStrictEqual(wanted, given)) return null;
  // Loaded for a difference only.
  const { canonicalize, structuredPatch } = await import("diff");
  const lines = (value: unknown): string =>
    `${breakTexts(
      JSON.stringify(
        canonicalize(value, null, null, (_, inner) => inner),
        null,
        2,
      ),
    )}\n`;
  const { hunks } = structuredPatch("", "", lines(wanted), lines(given), "", "", { context: 2 });
  return hunks.map((hunk) => hunk.lines.join("\n")).join("\n  …\n");
};

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A prompt is one line of JSON; broken after its own line breaks, a difference shows where it is. */
const breakTexts = (json: string): string =>
  json.replace(/^( *).*$/gm, (line, indent: string) =>
    line.replace(/(?<!\\)((?:\\\\)*)\\n(?!")/g, `$1\\n\n${indent}  `),
  );
