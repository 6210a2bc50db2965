import { setTimeout as sleep } from "node:timers/promises";
import type { Descriptor } from "../../generated/conformance.js";
import type { Adapter, Objects } from "./adapter.js";
import { valueBehind } from "./context.js";

/**
 * The adapter of a connector whose records may be answered by a later write: as the next syncs of a host do, it writes them
 * again, until none waits any more.
 */
export const patientAdapter = (adapter: Adapter, descriptor: Descriptor): Adapter => {
  const { pending_code: code, outcome } = descriptor;
  if (code === undefined || !outcome) return adapter;
  const waits = (message: unknown): boolean => {
    const records = valueBehind(message, `tracking.${outcome.records}`);
    return Array.isArray(records) && records.some((record) => valueBehind(record, outcome.code) === code);
  };
  const patient =
    (call: Objects): Objects =>
    async (hook, ...args) => {
      for (let syncs = 1; ; syncs++) {
        const message = await call(hook, ...(syncs > 1 ? nextSync(args, syncs) : args));
        if (hook !== "write" || !waits(message)) return message;
        await sleep(pauseMs);
      }
    };
  return {
    ...adapter,
    call: patient(adapter.call),
    objects: () => patient(adapter.objects()),
    another: async () => patientAdapter(await adapter.another(), descriptor),
    apart: async () => patientAdapter(await adapter.apart(), descriptor),
  };
};

const pauseMs = 20;

/** What a host writes in a later sync: the same, of another run. */
const nextSync = ([sync, ...rest]: readonly unknown[], syncs: number): unknown[] => {
  const { sync_run_id: run, ...same } = sync as { readonly sync_run_id?: string };
  return [{ ...same, sync_run_id: `${run}, sync ${syncs}` }, ...rest];
};
