/** What the service logs of one call, before it is written. Bodies are values. */
export interface LogDraft {
  readonly operation: string;
  readonly modelId: string;
  readonly region: string;
  readonly metadata: unknown;
  readonly input: unknown;
  readonly inputTokens?: number | undefined;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: unknown;
  readonly outputTokens?: number | undefined;
  readonly errorCode?: string | undefined;
}

/** A draft of a call that has ended, at a time of the emulator's. */
export interface Logged extends LogDraft {
  readonly requestId: string;
  readonly at: number;
}

/** Where an account's logs go, in the service's words, and what has not been delivered yet. */
export interface LogStore {
  config: LoggingConfig | null;
  waiting: Logged[];
  /** Objects so far, which their names count. */
  delivered: number;
}

export interface LoggingConfig {
  readonly s3Config?: { readonly bucketName: string; readonly keyPrefix?: string };
  readonly cloudWatchConfig?: object;
  readonly textDataDeliveryEnabled?: boolean;
}

export const createLogStore = (): LogStore => ({ config: null, waiting: [], delivered: 0 });
