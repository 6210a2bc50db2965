import type { Ended, Row } from "./rows.js";

/** What a client is to do, as its process is told. */
export interface Job {
  /** A file in `clients/`, and how that is set up. */
  readonly client: string;
  readonly variant?: string | undefined;
  readonly rows: number;
  /** Rows before the measured ones, so that the engine has compiled what there is to compile. Default 0. */
  readonly warmUp?: number;
  /** No row is taken up after so many seconds. Default no end but the rows' own. */
  readonly seconds?: number;
  readonly concurrency: number;
  readonly maxTokens: number;
  readonly modelId: string;
  /** Settings of the connector beside those that every job has. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** Where the local Bedrock is to be found. */
export interface Addresses {
  /** Over HTTP/1.1. */
  readonly url: string;
  /** Over TLS, HTTP/2 or 1.1, and its certificate; `null` where no certificate can be made. */
  readonly tls: { readonly url: string; readonly certificate: string } | null;
}

/** A client that is set up. It can do several stretches of rows. */
export interface Client {
  run(rows: Iterable<Row>, ended: Ended): Promise<void>;
  /** User and system time so far, where another process than the client's does the work. Milliseconds. */
  cpuMs?(): number;
  close?(): Promise<void>;
}

/** What each file in `clients/` exports. */
export type CreateClient = (job: Job, addresses: Addresses) => Client | Promise<Client>;

/** What a client's process measured of its own, warm-up left out. */
export interface Measured {
  readonly rows: number;
  /** User and system time of the process, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly peakRssMb: number;
  /** Taken after each hundredth of the rows. */
  readonly samples: readonly ClientSample[];
}

export interface ClientSample {
  readonly rows: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}
