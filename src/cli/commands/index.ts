import type { Listing } from "../command.js";

/** Every command, in the order of the help page. */
export const commands: readonly Listing[] = [
  {
    name: "spec",
    summary: "Print the connector's specification: what a connection config may hold.",
    load: async () => (await import("./connection-hooks.js")).spec,
  },
  {
    name: "check",
    summary: "Check a connection config and its credentials, without a paid call.",
    load: async () => (await import("./connection-hooks.js")).check,
  },
  {
    name: "discover",
    summary: "Print the catalog: with a connection config, the columns that its templates read and give.",
    load: async () => (await import("./connection-hooks.js")).discover,
  },
  {
    name: "preview",
    summary: "Show what a run would send, what looks wrong, and what it may cost. Calls no model.",
    load: async () => (await import("./preview.js")).preview,
  },
  {
    name: "migrate",
    summary: "Rewrite a connection config for another model or API, or tell which models there are.",
    load: async () => (await import("./migrate.js")).migrate,
  },
  {
    name: "rehearse",
    summary: "Put the same rows through two configs, and tell whether the new one does as well.",
    load: async () => (await import("./rehearse.js")).rehearse,
  },
  {
    name: "test",
    summary: "Run your own cases against your templates: record in, request out; response in, columns out.",
    load: async () => (await import("./test.js")).test,
  },
  {
    name: "write",
    summary: "Put rows through the model: rows from a file or stdin, enriched rows to stdout or a file.",
    load: async () => (await import("./write.js")).write,
  },
  {
    name: "sync",
    summary: "Run a pipeline: rows of a file or a PostgreSQL table, enriched columns back into a table.",
    load: async () => (await import("./sync.js")).sync,
  },
  {
    name: "batch",
    summary:
      "Look after the batch jobs of a ledger: list them, ask how far they are, wait for them, stop them.",
    load: async () => (await import("./batch.js")).batch,
  },
  {
    name: "replay",
    summary: "Send again the calls of a ledger that Bedrock refused or whose outcome is unknown.",
    load: async () => (await import("./replay.js")).replay,
  },
  {
    name: "reconcile",
    summary: "Find answers that were paid for and lost in the account's logs, and put them into the ledger.",
    load: async () => (await import("./reconcile.js")).reconcile,
  },
  {
    name: "ledger",
    summary: "Tell what a ledger holds: rows by state, tokens, and failed rows by error code.",
    load: async () => (await import("./ledger.js")).ledger,
  },
  {
    name: "read",
    summary: "Send one request body to the model as it is and print its answer as a record message.",
    load: async () => (await import("./read.js")).read,
  },
  {
    name: "models",
    summary: "List the models that are known, with their ids, families and inference profiles.",
    load: async () => (await import("./models.js")).models,
  },
  {
    name: "emulate",
    summary: "Run a local Bedrock, without AWS and cost: word lists answer, not a language model.",
    load: async () => (await import("./emulate.js")).emulate,
  },
  {
    name: "conform",
    summary: "Run the conformance suite over a connector: this one, or the one that a descriptor tells of.",
    load: async () => (await import("./conform.js")).conform,
  },
  {
    name: "serve",
    summary: "Answer a host's calls as JSON lines on stdin and stdout, until stdin ends.",
    load: async () => (await import("./serve.js")).serve,
  },
  {
    name: "ruby",
    summary: "Write the connector for a host that runs on Ruby: a class over serve, and its files.",
    load: async () => (await import("./ruby.js")).ruby,
  },
];
