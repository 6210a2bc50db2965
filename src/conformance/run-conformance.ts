import type { Descriptor } from "../generated/conformance.js";
import { conform, type Finding } from "./conform.js";
import type { Door } from "./door.js";
import { type ConnectorClass, classDoor } from "./door-class.js";
import { commandDoor } from "./door-command.js";
import { loadClass } from "./load-class.js";
import { startServer } from "./server.js";
import { fillIn } from "./stage.js";
import { within } from "./verdict.js";

export type DoorKind = "class" | "command";

export interface Conformance {
  readonly descriptor: Descriptor;
  /** Default: the first of class and command that the descriptor has. */
  readonly door?: DoorKind;
  /** The class itself, where it is at hand; that of the descriptor is still what a process of its own loads. */
  readonly connector?: ConnectorClass;
  /** Where commands are started. Default: the working directory. */
  readonly folder?: string;
  readonly only?: readonly string[];
  /** Seconds that the connector or the stand-in server may take to start, and that a row may take. Default 60. */
  readonly patience?: number;
}

/** Starts what the descriptor names, runs the rows that apply, ends what it started. Rejects where it cannot start. */
export const runConformance = async (run: Conformance): Promise<Finding[]> => {
  const { descriptor, folder, only, patience = 60 } = run;
  const server = await startServer(descriptor.server, folder, patience);
  try {
    const environment = fillIn(descriptor.environment ?? {}, { url: server?.url ?? "" });
    const judge = async (door: Door): Promise<Finding[]> => {
      try {
        const url = server?.url ?? null;
        return await conform({ descriptor, door, server: url, patience, ...(only && { only }) });
      } finally {
        await door.close();
      }
    };
    const isClass = run.door ? run.door === "class" : Boolean(run.connector ?? descriptor.class);
    if (!isClass) return await judge(await openCommand(run, environment, patience));
    const connector = run.connector ?? (await loadClass(descriptor.class));
    const door = classDoor(connector, descriptor.class && { ...descriptor.class, environment });
    return await withEnvironment(environment, () => judge(door));
  } finally {
    await server?.close();
  }
};

const openCommand = async (
  { descriptor: { command }, folder }: Conformance,
  environment: Record<string, string>,
  patience: number,
): Promise<Door> => {
  if (!command) throw new TypeError("the descriptor has no command");
  const door = commandDoor(command, { environment, ...(folder !== undefined && { folder }) });
  const named = command.join(" ");
  try {
    // What the hook answers is for the rows to judge; here it only has to be there.
    await within(patience, () => door.call("spec").catch(() => undefined), silent(named, patience));
  } catch (error) {
    await door.kill();
    throw error;
  }
  const reason = door.ended();
  if (reason !== null) throw new Error(`${named}: ${reason}`);
  return door;
};

const silent = (command: string, seconds: number): string =>
  `${command} did not answer spec within ${seconds} s and was ended. It has to answer every line {"id","hook","args"} ` +
  'of its stdin with a line {"id","message"} on its stdout. Check the command, flush the lines, or raise --patience.';

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
