import { writeFile } from "node:fs/promises";
import { fileFailure } from "../../core/file-failure.js";
import type { MigrateOptions } from "../../index.js";
import { openInput } from "../../rows/open-input.js";
import type { Arguments } from "../command.js";
import { type Fields, objectOf, withoutUnset } from "../config.js";
import { openConnector } from "../connect.js";
import { cannotRun } from "../failure.js";
import { readJsonFile } from "../json-file.js";
import { ledgerOf } from "../ledger-option.js";
import { refuseOverwrite } from "../refuse-overwrite.js";
import { migrationReport, proposalsReport } from "../report/migration-lines.js";
import { firstRows, readDelimiter } from "./write-plan.js";

/** Runs `migrate`. Resolves to the exit code. */
export const migrateFile = async (given: Arguments, api: MigrateOptions["api"]): Promise<number> => {
  const { config: path = "", to, output } = given.values;
  await refuseOverwrite({ output }, [
    ["--config", path],
    ["--input", given.values.input],
  ]);
  const own = objectOf(await readJsonFile(path), path);
  const { config, left } = withoutUnset(own, process.env);
  if (left.includes("region"))
    process.stderr.write(
      "region is not set in the environment: profiles and prices are those of us-east-1\n",
    );
  const rows = await firstOnes(given);
  const options = {
    ...(to !== undefined && { to }),
    ...(api && { api }),
    ...(rows && { row: rows[0], rows, ledger: ledgerOf(given, config as Fields) }),
  };
  const answer = await (await openConnector()).migrate(config, options);
  if ("log" in answer) throw cannotRun(answer.log.message);
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  if ("proposals" in answer) {
    say(given, answer, () => proposalsReport(answer, width));
    return 0;
  }
  const written = answer.config && withReferences(answer.config, config as Fields, own, left);
  say(given, { ...answer, config: written }, () => migrationReport(answer, { output, width }));
  if (!written) return 3;
  if (output !== undefined) await write(output, `${JSON.stringify(written, null, 2)}\n`);
  return 0;
};

const say = (given: Arguments, value: unknown, words: () => string): void => {
  process.stdout.write(given.flags.has("json") ? `${JSON.stringify(value, null, 2)}\n` : words());
};

/** What did not change stays as the file has it: a reference, and what a reference that is not set stands for. */
const withReferences = (written: Fields, filled: Fields, own: Fields, left: readonly string[]): Fields => ({
  ...Object.fromEntries(Object.entries(own).filter(([name]) => name in written || left.includes(name))),
  ...Object.fromEntries(Object.entries(written).filter(([name, value]) => value !== filled[name])),
});

/** So many as the ledger is asked about; `undefined` without an input. */
const firstOnes = async (given: Arguments): Promise<unknown[] | undefined> => {
  const { input, encoding } = given.values;
  if (input === undefined) return undefined;
  const source = await openInput(input, {
    stdin: process.stdin,
    stdinSize: undefined,
    signal: new AbortController().signal,
    encoding,
    delimiter: readDelimiter(given),
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  const rows: unknown[] = [];
  for await (const row of firstRows(source.rows, 1000)) rows.push(row);
  if (rows.length > 0) return rows;
  throw source.failure() ?? cannotRun(`${input} has no row`);
};

/** A config may hold secrets, so nobody else may read it. */
const write = async (path: string, text: string): Promise<void> => {
  await writeFile(path, text, { mode: 0o600 }).catch((error: unknown) => {
    throw fileFailure("write", path, error);
  });
};
