/** The toy's settings, in the order of its form. */
const names = [
  "url",
  "api_key",
  "model",
  "template",
  "login",
  "deadline_ms",
  "concurrency",
  "ledger",
  "reuse",
  "max_calls",
  "undouble",
  "stream",
  "fence",
  "typed",
  "mode",
] as const;

type Schema = Record<string, unknown>;

const branch = (kind: string): Schema => ({
  type: "object",
  properties: { kind: { type: "string", title: kind, description: kind, order: 0, const: kind } },
});

/** The toy's connection specification, with the defect if it concerns it. */
export const toySpec = (defect: string): Schema => {
  const properties: Record<string, Schema> = {};
  for (const [order, name] of names.entries())
    properties[name] = { type: "string", title: name, description: `The ${name}.`, order };
  const put = (name: string, more: Schema): void => void Object.assign(properties[name] ?? {}, more);
  put("api_key", { multiwoven_secret: true });
  put("template", { "x-request-format": true });
  put("login", { enum: ["key", "session"] });
  put("mode", { type: "object", oneOf: [branch("loud"), branch("quiet")] });

  if (defect === "an unmarked secret") put("api_key", { multiwoven_secret: false });
  if (defect === "a default key") put("api_key", { default: "key" });
  if (defect === "a choice without words") put("login", { oneOf: [{ const: "key" }, { const: "session" }] });
  if (defect === "a branch without a name") put("mode", { oneOf: [branch("loud"), { type: "object" }] });
  if (defect === "a choice twice") put("login", { enum: ["key", "key", "session"] });
  if (defect === "two types") put("model", { type: ["number", "string"] });
  if (defect === "refuses references") put("deadline_ms", { pattern: "^[0-9]+$" });
  if (defect === "no description") put("model", { description: "" });
  if (defect === "a narrower model") put("model", { pattern: "^small$" });
  if (defect === "a setting less") delete properties.fence;
  if (defect === "another title") put("model", { title: "Which model" });
  if (defect === "a slow start") for (const until = performance.now() + 150; performance.now() < until; );
  return {
    $schema: `http://json-schema.org/draft-0${defect === "another draft" ? 6 : 7}/schema#`,
    type: "object",
    required: defect === "requires nothing" ? [] : ["url", "api_key"],
    properties,
  };
};
