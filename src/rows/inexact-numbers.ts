/** Whether JSON text held a whole number too large for a JavaScript number, such as a 64-bit id. */
export const losesDigits = (text: string, value: unknown): boolean =>
  /\d{16}/.test(text) && holdsUnsafe(value);

export const inexactNumber = "a whole number over 2^53 is not kept exactly; write such ids as strings";

/** With a list of its own in place of recursion, which a deep value would exhaust. */
function holdsUnsafe(root: unknown): boolean {
  const rest = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) return true;
    if (typeof value === "object" && value !== null) for (const item of Object.values(value)) rest.push(item);
  }
  return false;
}
