import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type LocalAccount, type LocalModel, readAccount } from "./account.js";
import { createQuota, type Quota } from "./account-quota.js";
import { expireSessions } from "./assume-role.js";
import { demoApiKey, demoCredentials } from "./authenticate.js";
import { createClock } from "./clock.js";
import { type Fault, planFaults } from "./faults.js";
import { readProfileOnly } from "./find-model.js";
import { exchange } from "./http-exchange.js";
import type { Backend } from "./invocation.js";
import type { Latency } from "./latency.js";
import { createLogStore } from "./logs/log-store.js";
import { createObjectStore } from "./objects/store.js";
import { createPromptCaches } from "./prompt-cache.js";
import { readFaults } from "./read-faults.js";
import { readQuota } from "./read-quota.js";
import { setUpAccount } from "./set-up-account.js";
import type { Accounts } from "./sigv4.js";
import { type EmulatorStats, emptyStats } from "./stats.js";

export {
  type Admission,
  createQuota,
  isRejected,
  type Quota,
  type QuotaGate,
  type Rejection,
} from "./account-quota.js";
export {
  demoApiKey,
  demoCredentials,
  type EmulatorStats,
  type Fault,
  type LocalAccount,
  type LocalModel,
  readQuota,
};

export interface EmulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /**
   * How long an answer takes at least, in milliseconds; of two, any time between. Default 0. Refusals come at once.
   */
  readonly latencyMs?: Latency;
  /** What goes wrong, as for `setFaults`. Default none. */
  readonly faults?: readonly Fault[];
  /** What the account may do, as for `setQuota`. Default no limit. */
  readonly quota?: Quota | string | null;
  /** What the account can see, as for `setAccount`. Default an account that may use every model. */
  readonly account?: LocalAccount;
}

export interface Emulator {
  /** The endpoint to give to a client, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** The counts so far; `GET /__stats` answers the same as JSON. */
  stats(): EmulatorStats;
  /**
   * Replaces the faults and starts their counters again; so does `POST /__faults` with the list as JSON. Throws a
   * `TypeError` that names what is malformed.
   */
  setFaults(faults: readonly Fault[]): void;
  /**
   * Replaces the quota, `null` for none; so does `POST /__quota` with it as JSON. Words will do, too: `30/s burst 30, chance
   * 5%`. What is used up stays used up; the seconds of outages count anew. Throws a `TypeError` that names what is malformed.
   */
  setQuota(quota: Quota | string | null): void;
  /** Replaces what the account can see; so does `POST /__account`. Throws as `setFaults` does. */
  setAccount(account: LocalAccount): void;
  /**
   * Lets time pass for jobs at once; so does `POST /__clock` with `{"seconds": N}`. Throws a `TypeError` for what is no
   * number of 0 or more.
   */
  passTime(seconds: number): void;
  /** Ends every session that AssumeRole issued: from now on it is refused with `ExpiredTokenException`. */
  expireSessions(): void;
  /** Ends every connection, also those with a request under way. */
  close(): Promise<void>;
}

/**
 * Starts a local Bedrock Runtime that speaks the service's wire: InvokeModel under SigV4 or an API key, in
 * every family's shape, and Converse; beside it what the control plane tells of models, and AssumeRole and
 * GetCallerIdentity of STS, and a small S3. It knows `demoCredentials` and `demoApiKey` only. Rejects when the port is taken, or a
 * fault, the quota or the account is malformed.
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { port = 0, host = "127.0.0.1", latencyMs = 0, faults = [], quota = null, account = {} } = options;
  const stats = emptyStats();
  const { access_key, secret_access_key } = demoCredentials;
  const accounts: Accounts = new Map([[access_key, { secretAccessKey: secret_access_key }]]);
  const clock = createClock();
  const backend: Backend = {
    accounts,
    profileOnly: readProfileOnly(),
    latencyMs,
    stats,
    billed: new Set(),
    plan: planFaults(readFaults(faults)),
    quota: createQuota(readQuota(quota), () => performance.now()),
    account: {},
    objects: createObjectStore(),
    jobs: new Map(),
    logs: createLogStore(),
    caches: createPromptCaches(clock.now),
    ...clock,
  };
  setUpAccount(backend, readAccount(account));
  const server = createServer((incoming, response) => {
    exchange(incoming, response, backend).catch(() => response.destroy());
  });
  // Longer than any client keeps an idle connection, so that none is closed as it is taken up again.
  server.keepAliveTimeout = 120_000;
  server.on("connection", () => {
    stats.connections += 1;
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stats: () => structuredClone(stats),
    setFaults: (list) => {
      backend.plan = planFaults(readFaults(list));
    },
    setQuota: (next) => backend.quota.change(readQuota(next)),
    setAccount: (given) => setUpAccount(backend, readAccount(given)),
    passTime: backend.passTime,
    expireSessions: () => expireSessions(accounts),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
