import { readFileSync } from "node:fs";
import type { Listing } from "./command.js";
import { commands } from "./commands/index.js";
import { commandHelp, mainHelp, programName, usageLine } from "./help.js";

/** Runs one command line to its end, on the process's streams. Resolves to the exit code. */
export async function runCommandLine([first, ...rest]: string[]): Promise<number> {
  const asksHelp = first === "help" || first === "--help" || first === "-h";
  if (asksHelp && rest[0] === undefined) return print(mainHelp(commands, widthOf(process.stdout)));
  if (first === "--version" || first === "-v") return print(`${version()}\n`);
  if (first === undefined) {
    process.stderr.write(mainHelp(commands, widthOf(process.stderr)));
    return 2;
  }
  const name = asksHelp ? rest[0] : first;
  const listing = commands.find((candidate) => candidate.name === name);
  if (listing === undefined) return unknownCommand(name ?? "");
  if (asksHelp || rest.includes("--help") || rest.includes("-h"))
    return print(commandHelp(listing, await listing.load(), widthOf(process.stdout)));
  return runCommand(listing, rest);
}

async function runCommand({ name, load }: Listing, argv: string[]): Promise<number> {
  const [command, { readArguments }, { failureOf }] = await Promise.all([
    load(),
    import("./arguments.js"),
    import("./failure.js"),
  ]);
  try {
    return await command.run(readArguments(command, argv));
  } catch (error) {
    const failure = failureOf(error);
    const { createTerminal } = await import("./report/terminal.js");
    createTerminal(process.stderr).say(`${programName}: ${failure.message}`);
    if (failure.exitCode === 2)
      process.stderr.write(`${usageLine(name, command, widthOf(process.stderr))}\n`);
    return failure.exitCode;
  }
}

async function unknownCommand(name: string): Promise<number> {
  const { nearest } = await import("../core/nearest.js");
  const close = nearest(
    name,
    commands.map((command) => command.name),
  );
  process.stderr.write(
    `${programName}: unknown command ${JSON.stringify(name)}${close ? `; did you mean ${close}?` : ""}\n` +
      `Usage: ${programName} <command> [options]; ${programName} --help lists the commands\n`,
  );
  return 2;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function widthOf({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  return isTTY && columns > 0 ? columns : undefined;
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
