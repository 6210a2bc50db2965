/** A command as the help page lists it. The rest is loaded when it is called, since every module takes its time. */
export interface Listing {
  name: string;
  summary: string;
  load(): Promise<Command>;
}

/** One command of the command line, as data: help, argument checks and dispatch all read this. */
export interface Command {
  /** What follows the command's name on a usage line. */
  usage: string;
  /** The argument without a name, for a command that takes one. It may be left out. */
  argument?: { value: string; summary: string };
  options: Record<string, Option>;
  /** Paragraphs printed below the options by `--help`. */
  notes?: readonly string[];
  /** Resolves to the process exit code; throws a Failure for a sentence on stderr. */
  run(given: Arguments): Promise<number>;
}

interface Option {
  /** The placeholder of the option's value; absent for a flag. */
  value?: string;
  summary: string;
  required?: true;
  /** It may be given several times. */
  repeats?: true;
}

/** The checked arguments of one call. Options that were not given are absent. */
export interface Arguments {
  argument?: string | undefined;
  values: Readonly<Record<string, string>>;
  /** The values of options that may be given several times. */
  lists?: Readonly<Record<string, readonly string[]>>;
  flags: ReadonlySet<string>;
}
