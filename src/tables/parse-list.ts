/** An item that stands in quotes, an item that does not, or what is between items. */
const token = /"((?:[^"\\]|\\.)*)"|([^",{}]+)|[{},]/gs;

/**
 * The items of an array as the server writes it, such as `{1,NULL,"a, b"}`, those of its inner arrays in lists of their own.
 * Bounds that stand before it, as in `[0:1]={a,b}`, are left out.
 */
export const parseList = (text: string, read: (item: string) => unknown): unknown[] => {
  const root: unknown[] = [];
  const open = [root];
  for (const [found, quoted, bare] of text.slice(text.indexOf("{")).matchAll(token)) {
    const list = open.at(-1) ?? root;
    if (quoted !== undefined) list.push(read(quoted.replace(/\\(.)/gs, "$1")));
    else if (bare !== undefined) list.push(bare === "NULL" ? null : read(bare));
    else if (found === "{") {
      const inner: unknown[] = [];
      list.push(inner);
      open.push(inner);
    } else if (found === "}") open.pop();
  }
  return root[0] as unknown[];
};
