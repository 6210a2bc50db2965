import { isDeepStrictEqual } from "node:util";
import type { Sample } from "../../../generated/conformance.js";
import type { Config, Context, Written } from "../context.js";
import type { Exchange } from "../exchange.js";
import { bodyOf, manyRecords, mustSucceed, theWrittenRow } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown, skip } from "../violation.js";

const samplesOf = ({ descriptor }: Context, wanted: (sample: Sample) => unknown): Sample[] => {
  const samples = (descriptor.samples ?? []).filter(wanted);
  return samples.length > 0 ? samples : skip("no sample of the descriptor has what this needs");
};

/** Sends one sample's record and returns its request. Samples go one after the other, each in a run of its own. */
const send = async (
  { write, wire }: Context,
  sample: Sample,
): Promise<{ call: Exchange; written: Written }> => {
  const before = wire.calls().length;
  wire.disturb(() => sample.answer);
  const written = await write([sample.record], { change: sample.change, run: sample.name });
  const [call] = wire.calls().slice(before);
  must(call, `${sample.name}: nothing was sent: ${shown(written.logs[0]?.message)}`);
  return { call, written };
};

const mustBeAsSampled = async (context: Context, fields: Sample["fields"]): Promise<void> => {
  for (const sample of samplesOf(context, (one) => one.fields === fields)) {
    const { call } = await send(context, sample);
    const body = bodyOf(call);
    must(isDeepStrictEqual(body, sample.body), `${sample.name}: the body sent is ${shown(body)}`);
    for (const [name, value] of Object.entries(sample.headers ?? {}))
      must(
        call.headers[name.toLowerCase()] === value,
        `${sample.name}: ${name} is ${shown(call.headers[name.toLowerCase()])}`,
      );
  }
};

/** `write` and the request: the service gets what the user wrote, where the user said. */
export const requests: readonly Rule[] = [
  {
    id: "R01",
    what: "requests with the required fields are sent as sampled, headers too",
    needs: ["server", "calls", "samples"],
    run: (context) => mustBeAsSampled(context, "required"),
  },
  {
    id: "R02",
    what: "requests with all fields are sent as sampled, headers too",
    needs: ["server", "calls", "samples"],
    run: (context) => mustBeAsSampled(context, "all"),
  },
  {
    id: "R03",
    what: "the vendors' sample requests are reproduced from a template",
    needs: ["server", "calls", "samples"],
    run: (context) => mustBeAsSampled(context, "seed"),
  },
  {
    id: "R04",
    what: "of the vendors' sample responses, text, stop reason and tokens are read",
    needs: ["server", "calls", "samples", "outcome", "output_column"],
    async run(context) {
      const { output_column = "" } = context.descriptor;
      for (const sample of samplesOf(context, ({ answer, reads }) => answer && reads)) {
        const { written } = await send(context, sample);
        const outcome = theWrittenRow(written);
        const { text, ...facts } = sample.reads ?? {};
        if (text !== undefined)
          must(
            outcome.record[output_column] === text,
            `${sample.name}: the text read is ${shown(outcome.record[output_column])}`,
          );
        for (const [key, value] of Object.entries(facts)) {
          const read = outcome.read(key as "stop_reason");
          must(read === value, `${sample.name}: the ${key} read is ${shown(read)}, not ${shown(value)}`);
        }
      }
    },
  },
  {
    id: "R05",
    what: "every way to name a model reaches its path",
    needs: ["server", "calls", "samples"],
    async run(context) {
      for (const sample of samplesOf(context, ({ path }) => path)) {
        const { call } = await send(context, sample);
        must(call.path === sample.path, `${sample.name}: ${call.path} was called, not ${sample.path}`);
      }
    },
  },
  {
    id: "R06",
    what: "nothing is added to the user's body",
    needs: ["server", "calls", "formats"],
    async run({ write, wire, config, descriptor }) {
      const format =
        config()[descriptor.formats?.request ?? ""] ?? skip("the good config has no sample request");
      const template = typeof format === "string" ? parse(format) : format;
      mustSucceed(await write(manyRecords(descriptor, 1)), 1);
      const [call] = wire.calls();
      must(call, "nothing was sent");
      const allowed = pathsOf(template);
      const added = pathsOf(bodyOf(call)).filter((path) => !allowed.includes(path));
      must(added.length === 0, `the body has what the template has not: ${added.join(", ")}`);
    },
  },
  {
    id: "R07",
    what: "each way to log in is accepted by the service, and a wrong one never succeeds",
    needs: ["server", "logins"],
    async run({ write, descriptor }) {
      const { good = [], bad = [] } = descriptor.logins ?? {};
      const records = manyRecords(descriptor, 1);
      const login = (change: Config, run: string) => write(records, { change, run });
      for (const [index, change] of good.entries()) mustSucceed(await login(change, `good ${index}`), 1);
      for (const [index, change] of bad.entries()) {
        const { success } = await login(change, `bad ${index}`);
        must(success === 0, `a record succeeded with wrong login ${index + 1}`);
      }
    },
  },
];

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return skip("the sample request is not JSON");
  }
};

/** The keys of a JSON value, lists as one. */
const pathsOf = (value: unknown, path = ""): string[] => {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((item) => pathsOf(item, `${path}[]`))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, `${path}.${key}`));
  return [path, ...inner];
};
