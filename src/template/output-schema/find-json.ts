/** A stretch of a text, from its first character to behind its last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The whole JSON objects in a text, in the order of their ends: the text itself, or what stands in code fences and
 * between sentences. None stands inside another. Trailing commas and raw line breaks are no hindrance. The work is a
 * fixed multiple of the text's length, whatever is in it.
 */
export const objectsIn = (text: string): Stretch[] => {
  const found = new Map<number, Stretch>();
  let again = mostRescans * text.length;
  for (let at = text.indexOf("{"); at >= 0; ) {
    const { whole, end, isWhole } = scan(text, at);
    for (const stretch of whole) found.set(stretch.start, stretch);
    // What failed may have taken prose for a string, with the true object inside it.
    again -= isWhole ? 0 : end - at;
    at = text.indexOf("{", isWhole || again < 0 ? Math.max(end, at + 1) : at + 1);
  }
  return outermost([...found.values()]);
};

const mostRescans = 16;

/** Deeper values would exhaust those who write them. */
const deepest = 1000;

/**
 * Reads the object that starts at a brace, up to its end or to what is no JSON. `whole` are the objects that were
 * closed on the way, the outermost ones.
 */
const scan = (text: string, from: number): { whole: Stretch[]; end: number; isWhole: boolean } => {
  const whole: Stretch[] = [];
  const open: { readonly start: number; readonly isObject: boolean }[] = [];
  let at = from;
  let mayBe: keyof typeof expected = "value";
  for (;;) {
    token.lastIndex = at;
    const [all, mark] = token.exec(text) ?? [];
    if (all === undefined || mark === undefined || open.length > deepest)
      return { whole, end: Math.max(at, from + 1), isWhole: false };
    const kind = kindOf(mark);
    if (!expected[mayBe].includes(kind)) return { whole, end: at, isWhole: false };
    const start = at + all.length - mark.length;
    at += all.length;
    if (kind === "{" || kind === "[") {
      open.push({ start, isObject: kind === "{" });
      mayBe = kind === "{" ? "key" : "item";
    } else if (kind === "}" || kind === "]") {
      const closed = open.pop();
      if (!closed || closed.isObject !== (kind === "}")) return { whole, end: at, isWhole: false };
      if (closed.isObject) {
        while ((whole.at(-1)?.start ?? -1) > closed.start) whole.pop();
        whole.push({ start: closed.start, end: at });
      }
      if (open.length === 0) return { whole, end: at, isWhole: true };
      mayBe = "next";
    } else if (kind === ":") mayBe = "value";
    else if (kind === ",") mayBe = open.at(-1)?.isObject ? "key" : "item";
    else mayBe = mayBe === "key" ? "colon" : "next";
  }
};

const token = /\s*([{}[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/sy;

const kindOf = (mark: string): string => {
  if (mark.startsWith('"')) return '"';
  return mark.length === 1 && "{}[]:,".includes(mark) ? mark : "scalar";
};

/** What may come next. A list or an object may end behind a comma. */
const expected = {
  value: ["{", "[", '"', "scalar"],
  item: ["{", "[", '"', "scalar", "]"],
  key: ['"', "}"],
  colon: [":"],
  next: [",", "}", "]"],
};

const outermost = (stretches: Stretch[]): Stretch[] => {
  const kept: Stretch[] = [];
  for (const stretch of stretches.sort((one, other) => one.end - other.end || other.start - one.start)) {
    while ((kept.at(-1)?.start ?? -1) >= stretch.start) kept.pop();
    kept.push(stretch);
  }
  return kept;
};

/**
 * The stretches between braces that belong together, the texts between them not looked at: where JSON with faults may
 * stand. Inner ones too, in the order of their ends. Those without a colon hold no key.
 */
export const bracedIn = (text: string): Stretch[] => {
  const found: Stretch[] = [];
  const open: number[] = [];
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{") open.push(index);
    else {
      const start = open.pop();
      if (start !== undefined) found.push({ start, end: index + 1 });
    }
  }
  return found;
};
