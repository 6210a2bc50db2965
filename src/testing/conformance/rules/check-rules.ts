import type { Mistake } from "../../../generated/conformance.js";
import type { Context } from "../context.js";
import { propertiesOf } from "../read-schema.js";
import type { Rule } from "../rule.js";
import { must, shown, skip, within } from "../violation.js";

/** What hosts send when a form was left empty, and what they should not send. */
const junk: readonly unknown[] = [{}, null, "", [], 7, { unheard_of: null }];

/** `check_connection`: whether a connection works, in words, without a bill. */
export const check: readonly Rule[] = [
  {
    id: "C01",
    what: "any config is answered with exactly one connection status, succeeded or failed",
    async run({ check, config }) {
      for (const given of [config(), ...junk]) {
        const { status } = await check(given);
        must(status === "succeeded" || status === "failed", `${shown(given)} gets ${shown(status)}`);
      }
      for (const given of junk) must((await check(given)).status === "failed", `${shown(given)} passes`);
    },
  },
  {
    id: "C02",
    what: "the good config passes; each bad one fails, with words of its own: what is wrong, and what to do",
    needs: ["server", "bad_configs"],
    async run(context) {
      const { check, config, descriptor } = context;
      const good = await check(config());
      must(good.status === "succeeded", `the good config fails: ${good.message}`);
      const messages = new Map<string, string>();
      for (const mistake of descriptor.bad_configs ?? []) {
        const { name } = mistake;
        const message = await mustName(context, mistake);
        const same = messages.get(message);
        must(same === undefined, `${name} and ${same} get the same message: ${shown(message)}`);
        messages.set(message, name);
      }
    },
  },
  {
    id: "C03",
    what: "a check pays for no call",
    needs: ["server", "calls"],
    async run(context) {
      const { descriptor, wire } = context;
      for (const mistake of [{}, ...(descriptor.bad_configs ?? [])]) await checkWith(context, mistake);
      must(wire.calls().length === 0, `${wire.calls().length} calls were made`);
    },
  },
  {
    id: "C04",
    what: "where the service denies all but calls, the good config still passes",
    needs: ["server", "answers.denied"],
    async run({ check, config, descriptor, wire }) {
      wire.disturb(() => descriptor.answers?.denied);
      const { status, message } = await check(config());
      must(status === "succeeded", `it fails: ${message}`);
    },
  },
  {
    id: "C05",
    what: "a check ends in time on a service that never answers",
    needs: ["server"],
    async run({ check, config, descriptor, wire }) {
      const seconds = descriptor.limits?.check ?? 30;
      wire.disturb(() => "stall");
      await within(seconds, () => check(config()));
    },
  },
  {
    id: "C06",
    what: "no status holds a secret or a private text",
    async run(context) {
      const { config, descriptor } = context;
      const names = await secretSettings(context);
      if (names.length === 0) skip("the specification marks no secret");
      const canaries = Object.fromEntries(names.map((name) => [name, `canary-${name}-5309`]));
      const hidden = [
        ...Object.values(canaries),
        ...secretsOf(config(), names),
        ...(descriptor.private ?? []),
      ];
      const mistakes: Partial<Mistake>[] = [{}, ...(descriptor.bad_configs ?? [])];
      const planted = mistakes.map(({ change, ...rest }) => ({
        ...rest,
        change: { ...canaries, ...change },
      }));
      for (const mistake of [...mistakes, ...planted]) {
        const { message = "" } = await checkWith(context, mistake);
        const leaked = hidden.find((text) => message?.includes(text));
        must(leaked === undefined, `a status holds ${shown(leaked)}`);
      }
    },
  },
];

/** Checks the good config with a mistake in it, against a service that answers as the mistake says. */
const checkWith = ({ check, config, wire }: Context, { change, answers = {} }: Partial<Mistake>) => {
  const staged = Object.entries(answers).map(([path, answer]) => ({ path: new RegExp(path), answer }));
  wire.disturb((exchange) => staged.find(({ path }) => path.test(exchange.path))?.answer);
  return check(config(change));
};

/** Ends the rule unless the check says of the mistake what the descriptor wants. Returns the message. */
export const mustName = async (context: Context, mistake: Mistake): Promise<string> => {
  const { name, names, fix = "", warning = false } = mistake;
  const { status, message: said } = await checkWith(context, mistake);
  const message = said ?? "";
  must(status === (warning ? "succeeded" : "failed"), `${name}: it ${warning ? "fails" : "passes"}`);
  must(message.includes(names), `${name}: the message does not name ${names}: ${shown(message)}`);
  must(message.includes(fix), `${name}: the message does not say what to do, ${fix}: ${shown(message)}`);
  return message;
};

/** The settings that the specification marks as secret. */
export const secretSettings = async ({ spec }: Context): Promise<string[]> =>
  propertiesOf((await spec()).connection_specification)
    .filter(({ schema }) => schema.multiwoven_secret === true)
    .map(({ name }) => name);

/** The secret values of a config. */
export const secretsOf = (config: Readonly<Record<string, unknown>>, names: readonly string[]): string[] =>
  names.map((name) => config[name]).filter((value) => typeof value === "string" && value !== "") as string[];
