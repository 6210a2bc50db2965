import type { Answer, Descriptor, Sample } from "../../../src/testing/conformance/index.js";
import { standIn as program } from "../program.js";
import { shoutKey } from "./shout-service.js";

/** What the suite has to know of the toy: all of it, but for the files of its last release. */
export const toyDescriptor = (defect: string, url: string): Descriptor => ({
  name: "Toy",
  class: { module: program("toy-class.js"), export: "Toy" },
  command: [process.execPath, program("serve-toy.js")],
  environment: { TOY_DEFECT: defect },
  server: { url },
  calls: { path: "^/say/", input_tokens: "x-in", output_tokens: "x-out" },
  config: { url: standIn("url"), api_key: shoutKey, template: '{"say":"{{ text }}"}' },
  bad_configs: [
    { name: "no key", change: { api_key: "" }, names: "api_key" },
    { name: "no service", change: { url: "nowhere" }, names: "url", fix: "must begin with http" },
    {
      name: "a closed service",
      change: {},
      answers: { "^/about": refusal(410, "closed") },
      names: "closed",
      fix: "take another url",
    },
  ],
  bad_templates: [
    { name: "no JSON", change: { template: "{" }, names: "template" },
    { name: "a filter", change: { template: '{"say":"{{ text | upcase }}"}' }, names: "template" },
    {
      name: "an unknown key",
      change: { template: '{"say":"{{ text }}","mood":"good"}' },
      names: "mood",
      warning: true,
    },
  ],
  private: ["998877665544"],
  records: ["Good morning.", "Good day.", "Good night."].map((text, id) => ({ id, text })),
  key_column: "id",
  text_column: "text",
  odd_columns: ["Full Name", "a.b"].map((column) => ({
    column,
    change: { template: `{"say":"{{ ${column} }}"}` },
  })),
  input_columns: ["text"],
  output_column: "said",
  clash: "output",
  formats: { request: "template" },
  outcome: {
    records: "meta.records",
    status: "_toy.status",
    code: "_toy.code",
    billed: "_toy.billed",
    retryable: "_toy.retryable",
    input_tokens: "_toy.input_tokens",
    output_tokens: "_toy.output_tokens",
    stop_reason: "_toy.stop_reason",
    truncated: "_toy.truncated",
    cost: "_toy.cost",
  },
  samples,
  logins: { good: [{}, { login: "session" }], bad: [{ api_key: "another key" }, { api_key: "" }] },
  deadline: { change: { deadline_ms: "3000" }, seconds: 3 },
  ledger: { change: { ledger: `${standIn("folder")}/ledger` }, file: "ledger" },
  new_template: { template: '{"say":"Hear: {{ text }}"}' },
  reuse: { on: {}, off: { reuse: "off" } },
  concurrency: { change: { concurrency: "4" }, most: 4 },
  ceiling: { change: { max_calls: "3" }, calls: 3 },
  session: { login: "session" },
  apostrophes: { on: { undouble: "on" }, off: {} },
  optional_column: {
    change: { template: '{"say":"{{ text }} {{ city | default: \\"somewhere\\" }}"}' },
    column: "city",
    default: "somewhere",
  },
  fence: { change: { fence: "on" }, marker: "</text-[0-9]+>" },
  output_schema: {
    change: { typed: "on" },
    answer: { status: 200, body: { said: "no number" } },
    code: "not_a_number",
  },
  source: {
    query: { say: "hello {{ you }}" },
    chats: [{ model: "any", messages: [{ role: "user", content: "Good morning." }] }],
    stream: { stream: "on" },
  },
  unpriced: { model: "large" },
  preview: { low: "estimate.low", high: "estimate.high" },
  answers: {
    throttled: refusal(429, "too often"),
    overloaded: refusal(503, "too much"),
    daily_quota: refusal(429, "enough for a day"),
    denied: refusal(403, "not you"),
    expired: refusal(401, "expired"),
    truncated: { status: 200, body: { said: "GOOD MOR", end: "cut" } },
  },
  refusals: [
    {
      name: "a bad body",
      answer: refusal(400, "what is that"),
      code: "bad_request",
      billed: "no",
      retryable: false,
    },
    { name: "no permission", answer: refusal(403, "not you"), code: "denied", billed: "no" },
    {
      name: "a failure",
      answer: refusal(500, "oh"),
      code: "service_error",
      billed: "unknown",
      retryable: true,
    },
  ],
  limits: { spec: 600, check: 600 },
});

const refusal = (status: number, why: string): Answer => ({ status, body: { why } });

/** What the suite fills in. */
const standIn = (name: "url" | "folder"): string => `\${${name}}`;

const headers = { "content-type": "application/json" };
const record = { text: "hello", tone: "loud" };
const samples: Sample[] = [
  {
    name: "the least",
    fields: "required",
    change: {},
    record,
    body: { say: "hello" },
    headers,
    path: "/say/small",
  },
  {
    name: "all there is",
    fields: "all",
    change: { template: '{"say":"{{ text }}","tone":"{{ tone }}"}', model: "large" },
    record,
    body: { say: "hello", tone: "loud" },
    headers,
    path: "/say/large",
  },
  {
    name: "the service's own",
    fields: "seed",
    change: {},
    record,
    body: { say: "hello" },
    answer: { status: 200, headers: { "x-in": "5", "x-out": "6" }, body: { said: "HELLO!", end: "stop" } },
    reads: { text: "HELLO!", stop_reason: "stop", input_tokens: 5, output_tokens: 6 },
  },
];
