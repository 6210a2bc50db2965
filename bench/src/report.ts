import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** What one part of the bench has found, as Markdown without a heading. */
export interface Section {
  readonly part: string;
  readonly title: string;
  readonly text: string;
}

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A goal and whether a value keeps it, to the digits that are shown. */
export const verdict = (
  value: number,
  goal: { readonly least: number } | { readonly most: number },
): string => (("least" in goal ? value >= goal.least : value <= goal.most) ? "met" : "**NOT MET**");

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Puts a section in its place in `RESULTS.md`; sections of parts that did not run stay as they are. */
export const writeSection = ({ part, title, text }: Section, quick: boolean): void => {
  const old = existsSync(file) ? readFileSync(file, "utf8") : `${preface}\n`;
  const [start, end] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const section = `${start}\n\n## ${title}\n\n${text}\n\n_${machine()}${quick ? "; quick: fewer rows and rounds" : ""}_\n\n${end}`;
  const from = old.indexOf(start);
  const all =
    from < 0
      ? `${old}\n${section}\n`
      : old.slice(0, from) + section + old.slice(old.indexOf(end) + end.length);
  writeFileSync(file, all);
  process.stdout.write(`\n## ${title}\n\n${text}\n`);
};

const file = fileURLToPath(new URL("../RESULTS.md", import.meta.url));

const preface = `# Bench results

Written by \`npm run bench\`. Each client runs in a process of its own against a local Bedrock in another process of the
same machine, so the ratios tell more than the numbers. "Ours" is the whole connector with a ledger on the disk; the
others are bare loops that do nothing but call.`;

const machine = (): string => {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, Node ${process.version}, ${cpus().length} × ${cpu?.model.trim()}, ${memory}, ${platform()} ${release()} ${arch()}`;
};
