/** What went over the wire since the start. AssumeRole and the statistics themselves are not among `requests`. */
export interface EmulatorStats {
  requests: number;
  answered: number;
  /** Refusals by error name. */
  refused: Record<string, number>;
  /** Calls by model id as called, answered or not. */
  models: Record<string, number>;
  input_tokens: number;
  output_tokens: number;
  /** Connections opened by clients. */
  connections: number;
  /** Requests being answered now, and the most there were at one moment. A request counts once it has come in whole. */
  in_flight: number;
  most_in_flight: number;
  roles_assumed: number;
}

export const emptyStats = (): EmulatorStats => ({
  requests: 0,
  answered: 0,
  refused: {},
  models: Object.create(null),
  input_tokens: 0,
  output_tokens: 0,
  connections: 0,
  in_flight: 0,
  most_in_flight: 0,
  roles_assumed: 0,
});

/** Adds one to the count under `key`. */
export const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};
