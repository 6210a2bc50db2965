import { ConnectorError } from "../../src/core/errors.js";
import type { Entry } from "../../src/run/ledger/entry.js";
import type { Connect } from "../../src/run/ledger/postgres/database.js";
import * as statements from "../../src/run/ledger/postgres/statements.js";
import type { SharedLedger } from "../../src/run/ledger/shared-ledger.js";
import type { Defect } from "./process.js";

/** What is done to the answer of a statement, or in its place. */
type Statement = (
  ask: (text: string, values: unknown[]) => Promise<unknown[]>,
  values: unknown[],
) => Promise<unknown[]>;

/** Connections on which one statement is another one. */
const withStatement = (text: string, instead: Statement): Defect => ({
  connect:
    (connect): Connect =>
    async (url, most) => {
      const connections = await connect(url, most);
      const ask = async (other: string, values: unknown[]): Promise<unknown[]> =>
        (await connections.query({ text: other, values })).rows;
      return {
        ...connections,
        query: async (asked) =>
          asked.text === text ? { rows: await instead(ask, asked.values ?? []) } : connections.query(asked),
      };
    },
});

const withLedger = (change: (ledger: SharedLedger) => Partial<SharedLedger>): Defect => ({
  ledger: (ledger) => ({ ...ledger, ...change(ledger) }),
});

/** Mistakes that a change of the connector could bring, and the first seed that found each. */
export const defects: Readonly<Record<string, { readonly seed: number; readonly defect: Defect }>> = {
  "a flush of the ledger is left out": {
    seed: 9,
    defect: {
      disk: (disk) => ({
        ...disk,
        async own(path) {
          const owned = await disk.own(path);
          if (owned instanceof ConnectorError) return owned;
          return { ...owned, file: { ...owned.file, datasync: async () => undefined } };
        },
      }),
    },
  },
  "the lock of the ledger is not taken": {
    seed: 15,
    defect: {
      disk: (disk) => ({
        ...disk,
        async own(path) {
          const owned = await disk.own(path);
          if (!(owned instanceof ConnectorError)) return owned;
          const file = await disk.open(path, "r");
          return { path, file, isInPlace: () => true, release: file.close };
        },
      }),
    },
  },
  "the intent is written after the call": {
    seed: 1,
    defect: withLedger((ledger) => {
      const intents = new Map<string, Entry>();
      return {
        async append(entry, leaseMs) {
          const intent = intents.get(entry.key);
          if (entry.state === "intent") intents.set(entry.key, entry);
          if (intent) await ledger.append(intent, leaseMs);
          if (entry.state !== "intent") await ledger.append(entry);
        },
      };
    }),
  },
  "an answer is handed over before it is kept": {
    seed: 1,
    defect: withLedger((ledger) => ({
      async append(entry, leaseMs) {
        const written = ledger.append(entry, leaseMs);
        if (entry.state === "received") written.catch(() => undefined);
        else await written;
      },
    })),
  },
  "an intent without an answer counts as nothing": {
    seed: 1,
    defect: withLedger((ledger) => ({
      async find(key, stop) {
        const entry = await ledger.find(key, stop);
        return entry?.state === "received" ? entry : null;
      },
    })),
  },
  "a row gets the answer of the row before it": {
    seed: 1,
    defect: withLedger((ledger) => {
      let last: Entry | null = null;
      return {
        async find(key, stop) {
          const entry = await ledger.find(key, stop);
          if (entry?.state !== "received") return entry;
          const before = last;
          last = entry;
          return before ?? entry;
        },
      };
    }),
  },
  "a lost connection counts as none": {
    seed: 1,
    defect: {
      transport: (make) => (connections, deadlineMs) => {
        const handler = make(connections, deadlineMs);
        const handle: typeof handler.handle = (request, options) =>
          handler.handle(request, options).catch((error) => {
            throw Object.assign(error, { sent: false, deadlinePassed: false });
          });
        return { ...handler, handle };
      },
    },
  },
  "a call that failed is sent again below the ledger": {
    seed: 60,
    defect: {
      transport: (make) => (connections, deadlineMs) => {
        const handler = make(connections, deadlineMs);
        const handle: typeof handler.handle = async (request, options) => {
          const { response } = await handler.handle(request, options);
          return response.statusCode < 500 ? { response } : handler.handle(request, options);
        };
        return { ...handler, handle };
      },
    },
  },
  "a timer is forgotten now and then": {
    seed: 1,
    defect: {
      clock: (clock) => {
        let timers = 0;
        const after: typeof clock.after = (ms, task, how) => {
          if (++timers % 20 > 0) clock.after(ms, task, how);
        };
        return { ...clock, after };
      },
    },
  },
  "a claim does not look whether another worker has the key": {
    seed: 8,
    defect: withStatement(statements.claim, async (ask, values) => {
      const [row] = (await ask(statements.find, [values[0]])) as { version: string }[];
      return ask(statements.claim, [...values.slice(0, 7), row?.version ?? "0"]);
    }),
  },
  "a claim whose lease has ended is free": {
    seed: 42,
    defect: withStatement(statements.find, async (ask, values) => {
      const rows = (await ask(statements.find, values)) as { expired: boolean }[];
      return rows.map((row) => (row.expired ? { ...row, expired: false, state: "refused" } : row));
    }),
  },
  "an outcome that could not be recorded counts as recorded": {
    seed: 12,
    defect: withStatement(statements.settle, (ask, values) => ask(statements.settle, values).catch(() => [])),
  },
  "the intent of a call that was refused is not taken back": {
    seed: 2,
    defect: withLedger((ledger) => ({
      async append(entry, leaseMs) {
        if (entry.state !== "refused") await ledger.append(entry, leaseMs);
      },
    })),
  },
  "what a call did not take is given back twice": {
    seed: 296,
    defect: withStatement(statements.giveBack, async (ask, values) => {
      await ask(statements.giveBack, values);
      return ask(statements.giveBack, values);
    }),
  },
};
