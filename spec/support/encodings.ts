/** What a service, a gateway or a proxy may make of a text before it quotes it. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  "without accents": (text) => text.normalize("NFD").replace(/\p{M}/gu, ""),
  decomposed: (text) => text.normalize("NFD"),
  "read as Latin-1": (text) => Buffer.from(text).toString("latin1"),
  "JSON, as text": (text) => JSON.stringify(text),
  "JSON inside JSON": (text) => JSON.stringify(JSON.stringify(text)),
  "JSON, ASCII only": (text) => text.replace(/[^ -~]/g, (character) => `\\u${hexOf(character, 4)}`),
  "JSON, all escaped": (text) => [...units(text)].map((unit) => `\\u${hexOf(unit, 4)}`).join(""),
  "escaped bytes": (text) => [...bytesOf(text)].map((byte) => `\\x${byte}`).join(""),
  "octal bytes": (text) => [...Buffer.from(text)].map((byte) => `\\${byte.toString(8)}`).join(""),
  "in a URL": encodeURIComponent,
  "in a URL, twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "in a URL, every byte": (text) => [...bytesOf(text)].map((byte) => `%${byte}`).join(""),
  "in a form": (text) => new URLSearchParams({ "": text }).toString(),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "an encoded word of a mail": (text) => `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`,
  "quoted-printable": (text) =>
    [...bytesOf(text.replace(/ /g, "_"))].map((byte) => `=${byte.toUpperCase()}`).join(""),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex with blanks": (text) => [...bytesOf(text)].join(" "),
  "hex with colons": (text) => [...bytesOf(text)].join(":"),
  "a number": (text) => `0x${Buffer.from(text).toString("hex")}`,
  "a list of bytes": (text) => `[${[...Buffer.from(text)].join(", ")}]`,
  "a buffer": (text) => `<Buffer ${[...bytesOf(text)].join(" ")}>`,
  "UTF-16": (text) => Buffer.from(text, "utf16le").toString("hex"),
  "UTF-16 with its zeros": (text) => Buffer.from(text, "utf16le").toString("latin1"),
  "code points": (text) => [...text].map((character) => `U+${hexOf(character, 4)}`).join(" "),
  "HTML entities": (text) => [...text].map((character) => `&#${character.codePointAt(0)};`).join(""),
  "HTML entities in hex": (text) => [...text].map((character) => `&#x${hexOf(character, 2)};`).join(""),
  "named HTML entities": (text) => text.replaceAll("ë", "&euml;").replaceAll(" ", "&nbsp;"),
  "letter by letter": (text) => [...text].join(" "),
  backwards: (text) => [...text].reverse().join(""),
  "in full width": (text) =>
    text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
};

const hexOf = (character: string, digits: number): string =>
  (character.codePointAt(0) as number).toString(16).padStart(digits, "0");
const bytesOf = (text: string): string[] => Buffer.from(text).toString("hex").match(/../g) ?? [];
const units = (text: string): string[] => text.split("");
