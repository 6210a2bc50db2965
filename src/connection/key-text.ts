/**
 * What of a key or token, blanks around it aside, cannot be part of one, as the end of a sentence; `null` where it
 * may be one. A line break in it would otherwise fail each call in the depth of HTTP, after many tries.
 */
export const faultInKey = (text: string): string | null => {
  const [found] = /[^\x21-\x7e]/u.exec(text.trim()) ?? [];
  return found === undefined ? null : `holds ${nameOf(found)} inside: enter it again, as one piece`;
};

/** The same for a setting of words, where only control characters are out of place. */
export const faultInWords = (text: string): string | null => {
  const [found] = /\p{Cc}/u.exec(text) ?? [];
  return found === undefined ? null : `holds ${nameOf(found)} inside: enter it again, as one line`;
};

const nameOf = (character: string): string => {
  if (/[\r\n]/.test(character)) return "a line break";
  if (character === " ") return "a blank";
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${/\p{Cc}/u.test(character) ? "a control character" : "a character that keys do not have"} (U+${code})`;
};
