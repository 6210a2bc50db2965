import type { Command, Listing } from "./command.js";
import { fitWords } from "./report/fit-words.js";

export const programName = "bedrock-model";

/**
 * The program as a command to be copied, by the package's own name: where the package is not installed, npx would take
 * the short one for another package's.
 */
export const safeCommand = "npx multiwoven-aws-bedrock-model";

/** As wide as help is where no terminal says otherwise. */
const pageWidth = 112;

/** The page `bedrock-model --help` prints, folded to a terminal's width. Pure. */
export const mainHelp = (commands: readonly Listing[], width = pageWidth): string =>
  [
    `Usage: ${programName} <command> [options]`,
    "",
    fitWords(
      "Puts rows through a model on Amazon Bedrock. Words go to stderr, rows and JSON to stdout.",
      width,
      0,
    ),
    "",
    "Commands:",
    ...columns(
      commands.map(({ name, summary }) => [name, summary]),
      width,
    ),
    "",
    fitWords(
      `Run ${programName} <command> --help for a command's options, ${programName} --version for the version.`,
      width,
      0,
    ),
    "",
    "Exit codes:",
    ...columns(
      [
        ["0", "every row was enriched, or the command did its work"],
        ["1", "could not run: bad config, unreadable file, failed check or test"],
        ["2", "wrong usage"],
        ["3", "finished, with rows that failed, were held or were not sent; or conform found a rule broken"],
        ["130", "stopped by a second Ctrl-C"],
      ],
      width,
    ),
    "",
    fitWords(`Try it without AWS: run \`${safeCommand} emulate\` and follow what it prints.`, width, 0),
    "",
  ].join("\n");

/** The page `bedrock-model <command> --help` prints, folded to a terminal's width. Pure. */
export const commandHelp = ({ name, summary }: Listing, command: Command, width = pageWidth): string => {
  const options = Object.entries(command.options).map(([name, option]): [string, string] => [
    option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
    option.summary,
  ]);
  const { argument } = command;
  return [
    usageLine(name, command, width),
    "",
    fitWords(summary, width, 0),
    "",
    "Options:",
    ...columns(
      [
        ...(argument ? [[argument.value, argument.summary] as const] : []),
        ...options,
        ["--help", "print this page"],
      ],
      width,
    ),
    ...(command.notes ?? []).flatMap((note) => ["", fitWords(note.replaceAll("\n", " "), width, 0)]),
    "",
  ].join("\n");
};

/** Folded between options, not inside one. */
export const usageLine = (name: string, { usage }: Command, width = pageWidth): string => {
  const line = `Usage: ${programName} ${name} ${usage.replace(/\s+/g, " ")}`.trimEnd();
  const glued = line.replace(/\[[^\]]*\]|--\S+ [A-Z]+/g, (option) => option.replaceAll(" ", glue));
  return fitWords(glued, width, 7).replaceAll(glue, " ");
};

const glue = "\u0000";

function columns(pairs: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.max(...pairs.map(([name]) => name.length));
  // Beside long names little would be left of a narrow terminal.
  const hang = left + 20 < width / 2 ? left + 2 : 4;
  return pairs.map(([name, summary]) => fitWords(`  ${name.padEnd(left)}  ${summary}`, width, hang));
}
