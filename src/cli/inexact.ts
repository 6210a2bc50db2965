/** Whether JSON text held a whole number too large for a JavaScript number, such as a 64-bit id. */
export const losesDigits = (text: string, value: unknown): boolean =>
  /\d{16}/.test(text) && holdsUnsafe(value);

export const inexactNumber = "a whole number over 2^53 is not kept exactly; write such ids as strings";

function holdsUnsafe(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnsafe);
}
