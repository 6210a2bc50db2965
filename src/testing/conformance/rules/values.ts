/** Values that a connector may take for a column that is missing. */
export const nothings: readonly unknown[] = [undefined, null, ""];

/** Values of every type of JSON. */
export const values: readonly unknown[] = [
  true,
  0,
  -1.5,
  9007199254740991,
  // Integers past 2^53 are text to whoever keeps them whole.
  "9007199254740993",
  "-123456789012345678901234567890",
  1e300,
  "2026-01-31T10:00:00Z",
  [],
  [1, [2, null]],
  {},
  { a: { b: ["c", { d: null }] } },
];

/** Texts that pasting, trimming or filling in again would change. */
export const texts: readonly string[] = [
  'quotes " and \' and \\ and \\" and /',
  "lines\nand\r\ntabs\tand\u0001controls",
  "a NUL \u0000 within",
  "half a pair \ud83d here",
  "emoji 👩‍👩‍👧, العربية, 日本語, e\u0301",
  "{{ x }} and {% if %} and $y and %s",
  '", "injected": "yes',
  "z".repeat(1_000_000),
];

/** Column names that are no plain words. */
export const columns: readonly string[] = [
  "Full Name",
  "a.b",
  "camelCase",
  "größe",
  'it"s',
  "it's",
  "a/b",
  "$ref",
  "0",
  "constructor",
];
