import fc from "fast-check";

/** How many numbers among those of the characters are halves of characters, and where they begin. */
const halves = 0x800;
const firstHalf = 0xd800;

/**
 * Any character of Unicode but halves of characters. It is what fast-check calls `binary`, without the table of a million
 * characters that each process makes for that.
 */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff - halves }).map(
  (number) => String.fromCodePoint(number < firstHalf ? number : number + halves),
  (character) => {
    const number = String(character).codePointAt(0) ?? -1;
    if (number < 0 || String.fromCodePoint(number) !== character) throw new Error("It is no character.");
    return number < firstHalf ? number : number - halves;
  },
);
