/** The hooks of a connector that the suite calls, by their names in the protocol. */
export type Hook = "meta_data" | "spec" | "check_connection" | "discover" | "write" | "read" | "preview";

/** A way to call a connector: what a host can do with it, and nothing more. */
export interface Adapter {
  /** What a rule cannot do through this adapter, and why. */
  readonly lacks: Readonly<Partial<Record<Ability, string>>>;
  /** Calls a hook, many at once if need be. Arguments and answer go through JSON. Rejects where the hook throws. */
  call(hook: Hook, ...args: readonly unknown[]): Promise<unknown>;
  /** Calls `read` as a host does that takes the events of an answer. */
  stream(syncConfig: unknown): Promise<Streamed>;
  /** The same connector, started anew: a new instance, or a new process. */
  another(): Promise<Adapter>;
  /** The same connector in a process beside this one, which can be killed. Only where it lacks no process. */
  apart(): Promise<Adapter>;
  /**
   * A new instance of the class, whose hooks take and give objects as they are, as in a host's own process. Only where it
   * lacks no objects.
   */
  objects(): Objects;
  /** Why it answers no more; `null` while it does. */
  ended(): string | null;
  /** What the connector said beside its answers. */
  said(): string;
  /** Ends it without a word, where it is a process. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** An answer, and the messages that came before it. */
interface Streamed {
  readonly events: readonly unknown[];
  readonly answer: unknown;
}

/** Calls a hook of one instance. Rejects where the hook throws. */
export type Objects = (hook: Hook, ...args: readonly unknown[]) => Promise<unknown>;

/**
 * `process`: it can be started in a process of its own, which can be killed as if the machine had been. `objects`: its
 * hooks can be called with objects that both sides can write into.
 */
export type Ability = "process" | "objects";

export const abilities: readonly string[] = ["process", "objects"] satisfies Ability[];

/** A hook that threw, or that answered with an error: hooks must not. */
export class HookFailure extends Error {
  constructor(hook: Hook, reason: string) {
    super(`${hook} threw instead of answering: ${reason}`);
    this.name = "HookFailure";
  }
}
