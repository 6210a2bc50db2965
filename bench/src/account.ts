import type { Quota } from "../../dist/testing/emulator/index.js";

/** How the local Bedrock of one run behaves, as its process is told. */
export interface Account {
  /** Milliseconds; of two, any time between. */
  readonly latencyMs: number | readonly [least: number, most: number];
  readonly quota?: Quota | null;
  /** Another quota, so many seconds after the first call came in. */
  readonly later?: { readonly afterS: number; readonly quota: Quota } | undefined;
}

/** The counts of the local Bedrock at one moment. */
export interface Sample {
  /** Seconds since the first call came in. */
  readonly atS: number;
  readonly admitted: number;
  readonly rejected: number;
  readonly answered: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What the local Bedrock's process saw of a run. */
export interface Served {
  readonly samples: readonly Sample[];
  /** Connections that the client opened, by whichever way it came. */
  readonly connections: number;
  readonly cpuMs: number;
}

/** How long an answer is, in tokens of the local Bedrock. */
export const answerTokens = 60;
