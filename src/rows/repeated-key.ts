/**
 * The first name that stands twice in one object of JSON text, of which a reader keeps the last value alone; `undefined`
 * where there is none. @param value what the text holds
 */
export const repeatedKey = (text: string, value: unknown): string | undefined =>
  // What looks like a name inside of a text counts too, so that fewer names than that call for a closer look only.
  (text.match(mayEndName)?.length ?? 0) > countNames(value) ? findRepeated(text) : undefined;

const mayEndName = /"\s*:/g;

/** With a list of its own in place of recursion, which a deep value would exhaust. */
const countNames = (root: unknown): number => {
  let count = 0;
  const rest = [root];
  while (rest.length > 0) {
    const node = rest.pop();
    if (typeof node !== "object" || node === null) continue;
    const inner = Object.values(node);
    if (!Array.isArray(node)) count += inner.length;
    for (const each of inner) if (typeof each === "object" && each !== null) rest.push(each);
  }
  return count;
};

const findRepeated = (text: string): string | undefined => {
  const open: Set<string>[] = [];
  for (const [token, name, colon] of text.matchAll(/"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}]/gs)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (name !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const plain: string = JSON.parse(`"${name}"`);
      if (names?.has(plain)) return plain;
      names?.add(plain);
    }
  }
  return undefined;
};
