import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the package, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every README of the repository, as a path seen from its root. */
export const pages: readonly string[] = [
  ...["README.md", "bench/README.md", "schemas/README.md", "spec/README.md"],
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith("README.md")),
];

/** A file of the repository. */
export const readText = (path: string): string => readFileSync(join(root, path), "utf8");

/** What stands under a heading, up to the next one. */
export const sectionOf = (page: string, heading: string): string => {
  const text = readText(page);
  const at = headings(text).find(({ words }) => words === heading);
  if (!at) throw new Error(`${page} has no heading "${heading}"`);
  const next = headings(text).find(({ index }) => index > at.index);
  return text.slice(at.index, next?.index);
};

/** The code blocks of a language in a text. */
export const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, code]) =>
    name === language && code !== undefined ? [code] : [],
  );

/** The one block of a language under a heading. */
export const blockOf = (page: string, heading: string, language: string): string => {
  const [block, ...others] = blocksOf(sectionOf(page, heading), language);
  if (block === undefined || others.length > 0)
    throw new Error(`${page} must have one block of ${language} under "${heading}"`);
  return block;
};

/** Links of a page to what is in the repository, as they are written. */
export const linksOf = (page: string): string[] =>
  [...withoutCode(readText(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

/** Those that lead nowhere: to a file that is not there, or to a heading that its page does not have. */
export const brokenLinks = (page: string): string[] =>
  linksOf(page).filter((link) => !leadsSomewhere(page, link));

const leadsSomewhere = (page: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || headings(readText(target)).some(({ words }) => anchorOf(words) === anchor);
};

/** Code is blanked out, so that places stay what they are. */
const withoutCode = (text: string): string =>
  text.replace(/^```.*?^```$/gms, (block) => block.replace(/[^\n]/g, " "));

const headings = (text: string) =>
  [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(({ index, 1: words = "" }) => ({ index, words }));

/** As GitHub makes the anchor of a heading. */
const anchorOf = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
