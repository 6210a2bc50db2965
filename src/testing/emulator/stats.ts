/** What went over the wire since the start. STS, the control plane and own pages are not among `requests`. */
export interface EmulatorStats {
  requests: number;
  /** Answers of a model that were sent whole, also slow ones and those with another stop reason. */
  answered: number;
  /** Calls a real account would have paid for, answered or not. One counts as soon as work on it begins. */
  billed: number;
  /** Different pairs of model id and body among them: `billed - distinct_billed` were paid for again. */
  distinct_billed: number;
  /** Calls that the quota let in, all where none is set; and those that it refused. */
  admitted: number;
  rejected: number;
  /** Refusals by error name. */
  refused: Record<string, number>;
  /** Calls by model id as called, answered or not. */
  models: Record<string, number>;
  /** Of billed calls, once their work is done. */
  input_tokens: number;
  output_tokens: number;
  /** Billed work by how it was served: `default`, another service tier, or `batch`. */
  bill: Record<string, BillLine>;
  /** Connections opened by clients. */
  connections: number;
  /**
   * Requests being answered now, and the most there were at one moment. A request counts once it has come in
   * whole, until its response has ended: a stalled one until the client goes away.
   */
  in_flight: number;
  most_in_flight: number;
  roles_assumed: number;
  /** Questions to the control plane and to STS, answered or not, by operation: none costs anything. */
  control_plane: Record<string, number>;
  /** Requests to CountTokens, which are free and not among `requests`. */
  token_counts: number;
  /** Faults that were applied, by kind. */
  faults: Record<string, number>;
}

interface BillLine {
  /** Calls, or records of jobs. */
  calls: number;
  input_tokens: number;
  output_tokens: number;
  /** At list prices, half of them for `flex` and `batch`. */
  usd: number;
  /** Calls of models without a list price, which are not in `usd`. */
  unpriced: number;
}

export const emptyStats = (): EmulatorStats => ({
  requests: 0,
  answered: 0,
  billed: 0,
  distinct_billed: 0,
  admitted: 0,
  rejected: 0,
  refused: Object.create(null),
  models: Object.create(null),
  input_tokens: 0,
  output_tokens: 0,
  bill: {},
  connections: 0,
  in_flight: 0,
  most_in_flight: 0,
  roles_assumed: 0,
  control_plane: {},
  token_counts: 0,
  faults: {},
});

/** Adds one to the count under `key`. */
export const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};
