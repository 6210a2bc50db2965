import type { Trace } from "../../src/index.js";

/** An enriched record: its columns and its outcome. */
export type Row = Record<string, unknown> & { _bedrock: Trace };

/** The enriched records of a tracking message. */
export const rowsOf = ({ tracking }: { tracking: { meta?: Record<string, unknown> } }): Row[] =>
  tracking.meta?.records as Row[];
