import type { ColumnKind } from "./compare/kinds.js";
import type { Forecast } from "./forecast.js";

type Rows = AsyncIterable<unknown> | Iterable<unknown>;

/** What is rehearsed, and how. Shares are from 0 to 1. */
export interface RehearseOptions {
  /** The settings that are in use. Their model may be gone where its answers are to be had elsewhere. */
  readonly config: unknown;
  /** The settings that may take their place. */
  readonly against: unknown;
  /** The rows to draw from. May be left out where `before` holds all columns. */
  readonly rows?: Rows;
  /** Rows that the old settings have enriched, whose answers are taken in place of calls. */
  readonly before?: Rows;
  /** Columns of the rows that hold old answers, by the output column that they stand for, in place of calls. */
  readonly beforeColumns?: Readonly<Record<string, string>>;
  /** How many rows are drawn. Default 200. */
  readonly size?: number;
  /** Decides which rows are drawn. Default 1. */
  readonly seed?: number;
  /** Asks the old side, or where it cannot be called the new one, a second time, to know what differs by chance. */
  readonly noise?: boolean;
  /** A model id or profile that is asked which of two answers is better. */
  readonly judge?: string;
  /** The share of rows that may be lost. Default 0.05. */
  readonly tolerate?: number;
  /** The relative difference up to which two numbers are the same. Default 0.01. */
  readonly within?: number;
  /** What columns hold, where that is not to be guessed. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** The most that all calls may cost together, in US dollars. */
  readonly maxSpendUsd?: number;
  /** Is told what calls may cost before the first one; nothing is called where it says no. */
  readonly agree?: (forecast: Forecast) => boolean | Promise<boolean>;
  readonly onProgress?: (done: number, of: number) => void;
  /** Ends the rehearsal: open calls finish, and what was compared so far is reported. */
  readonly signal?: AbortSignal;
}
