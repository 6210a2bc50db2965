import { compile, isSchema } from "../read-schema.js";
import type { Rule } from "../rule.js";
import { must, shown, skip } from "../violation.js";
import { secretSettings } from "./check-rules.js";

/** What a host does to settings between its form and the connector: it masks secrets and fills in its environment. */
export const storedSettings: readonly Rule[] = [
  {
    id: "S14",
    what: "every free text takes ENV['NAME'], which the host fills in after it has held a config to the specification",
    async run(context) {
      const schema = (await context.spec()).connection_specification;
      const valid = compile(schema);
      const texts = Object.entries(isSchema(schema.properties) ? schema.properties : {}).filter(
        ([, setting]) => isSchema(setting) && [setting.type].flat()[0] === "string" && !setting.enum,
      );
      for (const [name] of texts)
        must(
          valid(context.config({ [name]: "ENV['NAME']" })),
          `${name} refuses it: ${valid.errors?.[0]?.message}`,
        );
    },
  },
  {
    id: "C07",
    what: "a secret that the host has masked is asked for by its name",
    needs: ["server"],
    async run(context) {
      const { check, config } = context;
      const masked = (await secretSettings(context)).filter((name) => config()[name]);
      if (masked.length === 0) skip("the good config has no secret");
      for (const name of masked) {
        // What the host shows in place of a stored secret, and stores when its form is saved.
        const { status, message } = await check(config({ [name]: "*************" }));
        must(status === "failed", `asterisks pass for ${name}`);
        must(message?.includes(name), `the message does not name ${name}: ${shown(message)}`);
      }
    },
  },
  {
    id: "C08",
    what: "a setting that the host's environment leaves empty is as if it were not there",
    needs: ["server"],
    async run({ check, config, spec, wire }) {
      const { properties = {} } = (await spec()).connection_specification as Settings;
      const good = config();
      const others = Object.keys(properties).filter((name) => !(name in good));
      // Without its way to the stand-in a connector would ask the real service.
      const own = Object.keys(good).filter((name) => !String(good[name]).includes(wire.url));
      for (const names of [others, ...own.map((name) => [name])]) {
        const left = Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));
        const { status: wanted } = await check(left);
        const empty = await check({ ...left, ...Object.fromEntries(names.map((name) => [name, null])) });
        must(
          empty.status === wanted,
          `null for ${names.join(", ")} ${empty.status}, without it the check ${wanted}: ${shown(empty.message)}`,
        );
      }
    },
  },
];

interface Settings {
  readonly properties?: object;
}
