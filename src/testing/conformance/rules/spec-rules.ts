import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { configsOf } from "../configs.js";
import type { Context } from "../context.js";
import { contentOf } from "../message-content.js";
import { compile, draft7, isSchema, nodesOf, propertiesOf, type Schema } from "../read-schema.js";
import type { Rule } from "../rule.js";
import { must, shown, skip, within } from "../violation.js";

const schemaOf = async ({ spec }: Context): Promise<Schema> => (await spec()).connection_specification;

/** What the name of a secret setting has in it. `tokens_per_minute` is none. */
const secretName =
  /(^|_)(secret|password|passphrase|credentials?|private_key|access_key|api_key|token|bearer|external_id)(_|$)/;

/** The connection specification, which the host draws as a form and checks configs with. */
export const spec: readonly Rule[] = [
  {
    id: "S01",
    what: "the specification is a draft-07 schema, and says so as the host's validators want it",
    async run(context) {
      const schema = await schemaOf(context);
      must(schema.$schema === draft7, `$schema is ${shown(schema.$schema)}; hosts refuse all but ${draft7}`);
      compile(schema);
    },
  },
  {
    id: "S02",
    what: "the good config fits the specification, and without a required setting it does not",
    async run(context) {
      const schema = await schemaOf(context);
      const valid = compile(schema);
      const config = context.config();
      must(
        valid(config),
        `the good config does not fit: ${valid.errors?.[0]?.instancePath} ${valid.errors?.[0]?.message}`,
      );
      const required = Array.isArray(schema.required) ? schema.required : [];
      must(required.length > 0, "no setting is required");
      for (const name of required) {
        const { [name]: _, ...rest } = config;
        must(!valid(rest), `a config without ${name} fits, though ${name} is required`);
      }
    },
  },
  {
    id: "S03",
    what: "the specification is the committed one",
    needs: ["specification"],
    async run(context) {
      const committed = await readJson(context.descriptor.specification);
      const schema = await schemaOf(context);
      const keys = new Set([...Object.keys(schema), ...Object.keys(committed)]);
      const changed = [...keys].filter((key) => !isDeepStrictEqual(schema[key], committed[key]));
      must(changed.length === 0, `it differs from the committed specification in: ${changed.join(", ")}`);
    },
  },
  {
    id: "S04",
    what: "secrets are marked, where the host can mask them, under names of their own",
    async run(context) {
      const all = propertiesOf(await schemaOf(context));
      const isSecret = ({ name, schema }: (typeof all)[number]): boolean =>
        schema.multiwoven_secret === true || (schema.type === "string" && secretName.test(name));
      for (const secret of all.filter(isSecret)) {
        must(secret.schema.multiwoven_secret === true, `${secret.path} is not marked multiwoven_secret`);
        must(secret.isPlain, `${secret.path} is in a branch, where hosts do not mask it`);
        const namesakes = all.filter(({ name }) => name === secret.name);
        must(namesakes.length === 1, `${secret.name} stands ${namesakes.length} times; hosts mask by name`);
      }
    },
  },
  {
    id: "S05",
    what: "no secret has a default or an example",
    async run(context) {
      const schema = await schemaOf(context);
      const marked = propertiesOf(schema).filter((property) => property.schema.multiwoven_secret === true);
      for (const { path, schema: node } of marked)
        for (const key of ["default", "example", "examples", "const", "enum"])
          must(!(key in node), `${path} has a ${key}`);
      const text = JSON.stringify(schema);
      for (const { name } of marked) {
        const value = context.config()[name];
        must(
          !(typeof value === "string" && value !== "" && text.includes(value)),
          `it holds the value of ${name}`,
        );
      }
    },
  },
  {
    id: "S06",
    what: "branches of a oneOf are constants with a title each, or objects that one constant tells apart",
    async run(context) {
      const nodes = nodesOf(await schemaOf(context)).filter(({ node }) => Array.isArray(node.oneOf));
      if (nodes.length === 0) skip("the specification has no oneOf");
      for (const { node, path } of nodes) {
        const branches = (node.oneOf as unknown[]).map((branch) => (isSchema(branch) ? branch : {}));
        if (branches.some((branch) => "const" in branch)) mustBeChoices(branches, `/${path.join("/")}`);
        else mustBeBranches(branches, `/${path.join("/")}`);
      }
    },
  },
  {
    id: "S07",
    what: "choices are distinct, and no setting lists the models of today",
    async run(context) {
      for (const { name, path, schema } of propertiesOf(await schemaOf(context))) {
        if (!Array.isArray(schema.enum)) continue;
        mustDiffer(schema.enum, `${path} offers a choice twice`);
        must(!/(^|_)models?(_|$)/.test(name), `${path} lists models, of which new ones appear all the time`);
      }
    },
  },
  {
    id: "S08",
    what: "the specification has nothing that hosts cannot draw: allOf, not, $ref, several types without text first",
    async run(context) {
      for (const { node, path } of nodesOf(await schemaOf(context))) {
        const where = `/${path.join("/")}`;
        for (const key of ["allOf", "not", "$ref"]) must(!(key in node), `${where} has ${key}`);
        must(
          !Array.isArray(node.type) || node.type[0] === "string",
          `${where} has several types, and hosts draw the first: ${shown(node.type)}`,
        );
      }
    },
  },
  {
    id: "S09",
    what: "every setting has a title, a description and its order, and the formats are marked",
    async run(context) {
      const schema = await schemaOf(context);
      let last = Number.NEGATIVE_INFINITY;
      for (const { path, schema: node, isPlain } of propertiesOf(schema)) {
        for (const key of ["title", "description"]) must(node[key], `${path} has no ${key}`);
        must(Number.isInteger(node.order), `${path} has no order`);
        if (!isPlain || path.split(".").length > 2) continue;
        must(Number(node.order) > last, `${path} stands out of order: hosts draw the settings as they stand`);
        last = Number(node.order);
      }
      const { request, response } = context.descriptor.formats ?? {};
      for (const [name, mark] of [
        [request, "x-request-format"],
        [response, "x-response-format"],
      ] as const) {
        if (name === undefined) continue;
        const node = propertiesOf(schema).find((property) => property.name === name)?.schema ?? {};
        must(node[mark] === true, `${name} is not marked ${mark}`);
      }
    },
  },
  {
    id: "S10",
    what: "no setting of the last release is gone, and 100 configs made from its specification fit this one",
    needs: ["last_release"],
    async run(context) {
      const released = await readJson(context.descriptor.last_release);
      const old = (released.spec as { connector_spec: { connection_specification: Schema } }).connector_spec;
      const schema = await schemaOf(context);
      const paths = propertiesOf(schema).map(({ path }) => path);
      const lost = propertiesOf(old.connection_specification).filter(({ path }) => !paths.includes(path));
      must(lost.length === 0, `settings are gone: ${lost.map(({ path }) => path).join(", ")}`);
      const valid = compile(schema);
      for (const config of await configsOf(old.connection_specification, 100)) {
        const [error] = valid(config) ? [] : (valid.errors ?? []);
        must(
          !error,
          `a config that was good is refused: ${error?.instancePath} ${error?.message}: ${shown(config)}`,
        );
      }
    },
  },
  {
    id: "S11",
    what: "the specification comes soon from a fresh start, without network and config",
    async run({ adapter, descriptor, wire }) {
      const seconds = descriptor.limits?.spec ?? 10;
      const fresh = await adapter.another();
      try {
        contentOf(await within(seconds, () => fresh.call("spec")), "connector_spec");
      } finally {
        await fresh.close();
      }
      must(wire.exchanges.length === 0, "it asked the service");
    },
  },
  {
    id: "S13",
    what: "an unknown setting is accepted, and the check says that it is ignored",
    async run(context) {
      const stranger = "setting_of_a_later_release";
      const valid = compile(await schemaOf(context));
      must(
        valid(context.config({ [stranger]: "x" })),
        "the specification refuses a setting that it does not know",
      );
      const { status, message } = await context.check(context.config({ [stranger]: "x" }));
      must(status === "succeeded", `the check fails on it: ${message}`);
      must(message?.includes(stranger), `the check does not name it: ${shown(message)}`);
    },
    needs: ["server"],
  },
];

/** A choice in words, as a form's list shows it. */
const mustBeChoices = (branches: readonly Schema[], where: string): void => {
  must(
    branches.every((branch) => "const" in branch && typeof branch.title === "string" && branch.title !== ""),
    `oneOf at ${where} has a choice without a constant or a title`,
  );
  for (const key of ["const", "title"])
    mustDiffer(
      branches.map((branch) => branch[key]),
      `two choices at ${where} have the same ${key}`,
    );
};

const mustBeBranches = (branches: readonly Schema[], where: string): void => {
  const properties = branches.map((branch) =>
    isSchema(branch.properties) ? (branch.properties as Record<string, Schema>) : {},
  );
  const constants = Object.keys(properties[0] ?? {}).filter((name) =>
    properties.every((branch) => branch[name]?.const !== undefined),
  );
  must(constants.length === 1, `oneOf at ${where} has ${constants.length} common constants, not one`);
  const name = constants[0] ?? "";
  mustDiffer(
    properties.map((branch) => branch[name]?.const),
    `two branches have the same ${name}`,
  );
  must(
    properties.every((branch) => !("default" in (branch[name] ?? {}))),
    `${name} has a default`,
  );
};

const mustDiffer = (values: readonly unknown[], sentence: string): void =>
  must(new Set(values.map((value) => JSON.stringify(value))).size === values.length, sentence);

export const readJson = async (path = ""): Promise<Schema> => JSON.parse(await readFile(path, "utf8"));
