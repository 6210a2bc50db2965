import type { Json } from "../../core/json.js";
import type { Said } from "../said.js";

/** A row, and what both sides said to it. */
export interface Pair {
  /** Its place in the input, from 1. */
  readonly place: number;
  /** The same for rows that become the same request. */
  readonly group: string;
  /** What the templates read of it. */
  readonly row: Readonly<Record<string, Json>>;
  readonly before: Said;
  readonly after: Said;
  /** A second answer of one side to the same request; `null` where none was asked for. */
  readonly again: Said | null;
}

/** A number of rows among others, and where the share of all rows is, with 95 % confidence. */
export interface Share {
  readonly rows: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** A number, and where it is for all rows, with 95 % confidence; `null` where too few rows tell. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}
