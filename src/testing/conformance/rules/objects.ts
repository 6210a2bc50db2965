import { isDeepStrictEqual } from "node:util";
import type { Hook } from "../adapter.js";
import type { Context } from "../context.js";
import { manyRecords } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";

/**
 * What a host in the connector's own process does with the objects that go in and come out: it writes its own keys into
 * them, keeps them, and hands the same ones over from many threads.
 */
export const objects: readonly Rule[] = [
  {
    id: "I01",
    what: "what a host writes into the meta data is there when it asks the same instance again",
    needs: ["objects"],
    async run({ adapter }) {
      const call = adapter.objects();
      written(contentOf(await call("meta_data"), "data")).connector_spec = mark;
      const again = contentOf(await call("meta_data"), "data");
      must(again.connector_spec === mark, "the host's definition of the connector loses its connector_spec");
    },
  },
  {
    id: "I02",
    what: "what a host writes into one instance's answers shows in no other's",
    needs: ["objects"],
    async run(context) {
      for (const [hook, ...args] of definitions(context)) {
        const fresh = JSON.stringify(await context.adapter.objects()(hook, ...args));
        writeAll(await context.adapter.objects()(hook, ...args));
        const later = JSON.stringify(await context.adapter.objects()(hook, ...args));
        must(later === fresh, `${hook} answers with what a host wrote into an earlier answer`);
      }
    },
  },
  {
    id: "I03",
    what: "hooks take what must not be written to, and leave what they are given as it was",
    needs: ["objects", "server"],
    async run(context) {
      const { adapter, config, descriptor } = context;
      const call = adapter.objects();
      const given = { sync: context.syncConfig(config()), records: manyRecords(descriptor, 3) };
      const before = structuredClone(given);
      const tracking = contentOf(await call("write", given.sync, given.records), "tracking");
      must(tracking.success === 3, `${shown(tracking.success)} of 3 records succeeded`);
      for (const hook of ["check_connection", "discover"] as const) {
        const own = config();
        await call(hook, own);
        must(isDeepStrictEqual(own, config()), `${hook} changes the config that it is given`);
      }
      must(isDeepStrictEqual(given, before), "write changes the sync config or the records that it is given");
      const frozen = freeze(structuredClone(before));
      const again = contentOf(await call("write", frozen.sync, frozen.records), "tracking");
      must(again.success === 3, "records and settings that must not be written to do not succeed");
      const { status } = contentOf(await call("check_connection", freeze(config())), "connection_status");
      must(status === "succeeded", "a config that must not be written to fails the check");
    },
  },
  {
    id: "I04",
    what: "settings that a host changes in the object it hands over count from the next call on",
    needs: ["objects", "server", "bad_configs"],
    async run({ adapter, config, descriptor }) {
      const call = adapter.objects();
      const [mistake] = (descriptor.bad_configs ?? []).filter(({ answers }) => answers === undefined);
      const reused: Record<string, unknown> = { ...config() };
      for (const [settings, wanted] of [
        [config(), "succeeded"],
        [config(mistake?.change), "failed"],
        [config(), "succeeded"],
      ] as const) {
        for (const name of Object.keys(reused)) delete reused[name];
        Object.assign(reused, settings);
        const { status } = contentOf(await call("check_connection", reused), "connection_status");
        must(status === wanted, `the check of the object as it is ${shown(status)}, by what it was before`);
      }
    },
  },
  {
    id: "I05",
    what: "an answer stays as it is while later calls run and the host reuses its records",
    needs: ["objects", "server", "text_column"],
    async run(context) {
      const { adapter, config, descriptor } = context;
      const call = adapter.objects();
      const sync = context.syncConfig(config());
      const records = manyRecords(descriptor, 2).map((row) => ({ ...row }) as Record<string, unknown>);
      const answer = await call("write", sync, records);
      const before = JSON.stringify(answer);
      for (const row of records) row[descriptor.text_column ?? ""] = "another row's text";
      await call("write", sync, manyRecords(descriptor, 4).slice(2));
      must(JSON.stringify(answer) === before, "the answer to an earlier write has changed");
    },
  },
];

const mark = "written by the host";

/** The hooks whose answers a host keeps and completes. */
const definitions = ({ config }: Context): [hook: Hook, ...args: unknown[]][] => [
  ["meta_data"],
  ["spec"],
  ["discover", config()],
  ["check_connection", {}],
];

const contentOf = (message: unknown, key: string): Readonly<Record<string, unknown>> => {
  const content = (message as Readonly<Record<string, unknown>> | null)?.[key];
  must(typeof content === "object" && content !== null, `there is no ${key} in ${shown(message)}`);
  return content as Readonly<Record<string, unknown>>;
};

/** As the host writes: what is frozen does not let it. */
const written = (object: object): Record<string, unknown> => {
  must(Object.isExtensible(object), `hosts cannot write into ${shown(object)}: it is frozen`);
  return object as Record<string, unknown>;
};

/** Writes into every object of an answer. */
const writeAll = (value: unknown): void => {
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) writeAll(inner);
  if (Array.isArray(value)) value.push(mark);
  else written(value)[mark] = mark;
};

const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
};
