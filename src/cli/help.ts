import type { Command, Listing } from "./command.js";

export const programName = "bedrock-model";

/**
 * The program as a command to be copied, by the package's own name: where the package is not installed, npx would take
 * the short one for another package's.
 */
export const safeCommand = "npx multiwoven-aws-bedrock-model";

/** The page `bedrock-model --help` prints. Pure. */
export const mainHelp = (commands: readonly Listing[]): string =>
  [
    `Usage: ${programName} <command> [options]`,
    "",
    "Puts rows through a model on Amazon Bedrock. Words go to stderr, rows and JSON to stdout.",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    `Run ${programName} <command> --help for a command's options, ${programName} --version for the version.`,
    "",
    "Exit codes:",
    ...columns([
      ["0", "every row was enriched, or the command did its work"],
      ["1", "could not run: bad config, unreadable file, failed check or test"],
      ["2", "wrong usage"],
      ["3", "finished, with rows that failed, were held or were not sent; or conform found a rule broken"],
      ["130", "stopped by a second Ctrl-C"],
    ]),
    "",
    `Try it without AWS: run \`${safeCommand} emulate\` and follow what it prints.`,
    "",
  ].join("\n");

/** The page `bedrock-model <command> --help` prints. Pure. */
export const commandHelp = ({ name, summary }: Listing, command: Command): string => {
  const options = Object.entries(command.options).map(([name, option]): [string, string] => [
    option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
    option.summary,
  ]);
  const { argument } = command;
  return [
    usageLine(name, command),
    "",
    summary,
    "",
    "Options:",
    ...columns([
      ...(argument ? [[argument.value, argument.summary] as const] : []),
      ...options,
      ["--help", "print this page"],
    ]),
    ...(command.notes ?? []).flatMap((note) => ["", note]),
    "",
  ].join("\n");
};

export const usageLine = (name: string, command: Command): string =>
  `Usage: ${programName} ${name} ${command.usage}`.trimEnd();

function columns(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
