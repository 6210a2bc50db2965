import type { Descriptor } from "../../generated/conformance.js";
import type { Adapter } from "./adapter.js";
import { type ConnectorClass, classAdapter } from "./class-adapter.js";
import { commandAdapter } from "./command-adapter.js";
import { fillPlaces } from "./context.js";
import { conform, type RuleResult } from "./judge-rules.js";
import { loadClass } from "./load-class.js";
import { startServer } from "./server.js";
import { within } from "./violation.js";

export type AdapterKind = "class" | "command";

export interface Conformance {
  readonly descriptor: Descriptor;
  /** Default: the first of class and command that the descriptor has. */
  readonly adapter?: AdapterKind;
  /** The class itself, where it is at hand; that of the descriptor is still what a process of its own loads. */
  readonly connector?: ConnectorClass;
  /** Where commands are started. Default: the working directory. */
  readonly folder?: string;
  readonly only?: readonly string[];
  /**
   * Seconds that the connector or the stand-in server may take to start, and that a row may take. Default 60; more
   * gives the end of a deadline as many times longer.
   */
  readonly timeout?: number;
}

/**
 * Starts what the descriptor names, judges the rules that apply, ends what it started. Rejects where it cannot
 * start.
 */
export const runConformance = async (run: Conformance): Promise<RuleResult[]> => {
  const { descriptor, folder, only, timeout = 60 } = run;
  const server = await startServer(descriptor.server, folder, timeout);
  try {
    const environment = fillPlaces(descriptor.environment ?? {}, { url: server?.url ?? "" });
    const runRules = async (adapter: Adapter): Promise<RuleResult[]> => {
      try {
        const url = server?.url ?? null;
        return await conform({ descriptor, adapter, server: url, timeout, ...(only && { only }) });
      } finally {
        await adapter.close();
      }
    };
    const isClass = run.adapter ? run.adapter === "class" : Boolean(run.connector ?? descriptor.class);
    if (!isClass) return await runRules(await openCommand(run, environment, timeout));
    const connector = run.connector ?? (await loadClass(descriptor.class));
    const adapter = classAdapter(connector, descriptor.class && { ...descriptor.class, environment });
    return await withEnvironment(environment, () => runRules(adapter));
  } finally {
    await server?.close();
  }
};

const openCommand = async (
  { descriptor: { command }, folder }: Conformance,
  environment: Record<string, string>,
  timeout: number,
): Promise<Adapter> => {
  if (!command) throw new TypeError("the descriptor has no command");
  const adapter = commandAdapter(command, { environment, ...(folder !== undefined && { folder }) });
  const named = command.join(" ");
  try {
    // What the hook answers is for the rules to judge; here it only has to be there.
    await within(timeout, () => adapter.call("spec").catch(() => undefined), silent(named, timeout));
  } catch (error) {
    await adapter.kill();
    throw error;
  }
  const reason = adapter.ended();
  if (reason !== null) throw new Error(`${named}: ${reason}`);
  return adapter;
};

const silent = (command: string, seconds: number): string =>
  `${command} did not answer spec within ${seconds} s and was ended. It has to answer every line {"id","hook","args"} ` +
  'of its stdin with a line {"id","message"} on its stdout. Check the command, flush the lines, or raise --timeout.';

/** A class runs in this process and reads this environment. */
const withEnvironment = async <T>(given: Record<string, string>, work: () => Promise<T>): Promise<T> => {
  const before = Object.keys(given).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, given);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
};
