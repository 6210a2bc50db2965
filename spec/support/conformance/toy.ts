import { createHash } from "node:crypto";
import { shoutKey } from "./shout-service.js";
import { previewShout } from "./toy-preview.js";
import { readShout } from "./toy-read.js";
import { type Outcome, openRun, type Settings } from "./toy-run.js";
import { toySpec } from "./toy-spec.js";
import { compileTemplate, type Fields } from "./toy-template.js";

/**
 * A connector to the shouting service that can do everything the suite asks for, and has one defect if one is
 * named.
 */
export const toy = (defect = "") =>
  class Toy {
    last: unknown;
    asked = false;
    meta = describe();
    answer = {};
    readonly known = new WeakMap<object, ReturnType<typeof readSettings>>();

    metaData(): object {
      if (defect === "one description for all") return description;
      return defect === "forgets what is written" ? describe() : this.meta;
    }

    spec(): object | null {
      if (defect === "says nothing at first" && !this.asked) {
        this.asked = true;
        return null;
      }
      return {
        type: "connector_spec",
        connector_spec: { stream_type: "static", connection_specification: toySpec(defect) },
      };
    }

    async checkConnection(config: unknown): Promise<object> {
      const { problems, remarks, settings } = this.settingsOf(config);
      if (problems.length === 0) {
        if (defect === "bills the check")
          await fetch(`${settings.url}/say/small`, {
            method: "POST",
            headers: { authorization: `Bearer ${settings.api_key}` },
            body: '{"say":"?"}',
          });
        const about = fetch(`${settings.url}/about`, {
          headers: { authorization: `Bearer ${settings.api_key}` },
          ...(defect !== "checks without end" && { signal: AbortSignal.timeout(5000) }),
        });
        const { ok, status } = await about.catch(() => ({ ok: false, status: 0 }));
        if (status === 410 && defect !== "takes a closed service for open")
          problems.push(`the service is closed${defect === "knows no way out" ? "" : ": take another url"}`);
        if (!ok && defect === "needs what is denied") problems.push("about is denied");
      }
      if (defect === "shows a key") remarks.push(String(settings.api_key));
      const status = problems.length > 0 ? "failed" : "succeeded";
      const message =
        defect === "one message for all" && problems.length > 0
          ? "region, url, api_key, model or template is wrong"
          : [...problems, ...remarks].join("; ");
      return {
        type: "connection_status",
        connection_status: { status: defect === "a status of its own" ? "ok" : status, message },
      };
    }

    settingsOf(config: unknown): ReturnType<typeof readSettings> {
      const isObject = typeof config === "object" && config !== null;
      if (defect !== "knows settings by their object" || !isObject) return readSettings(config, defect);
      const read = this.known.get(config) ?? readSettings(config, defect);
      this.known.set(config, read);
      return read;
    }

    discover(): object {
      const rate = {
        request_rate_limit: defect === "a limit of zero" ? 0 : 60,
        request_rate_limit_unit: "minute",
        request_rate_concurrency: 4,
      };
      const text = { type: "string", ...(defect === "a reference" && { $ref: "#/definitions/text" }) };
      const properties = {
        text,
        said: { type: "string" },
        ...(defect === "a column too many" && { mood: text }),
      };
      const stream = {
        name: defect === "another stream" ? "shout" : "say",
        ...(defect !== "no action" && { action: "create" }),
        json_schema: { type: "object", properties, required: ["text"] },
        supported_sync_modes: ["incremental"],
        batch_support: false,
        batch_size: 1,
        ...rate,
      };
      const schema_mode = "schema";
      return {
        type: "catalog",
        catalog: {
          ...rate,
          schema_mode,
          streams:
            defect === "another catalog every time"
              ? [{ ...stream, namespace: String(Math.random()) }]
              : [stream],
        },
      };
    }

    async preview(config: unknown, records: object[]): Promise<object> {
      return previewShout(readSettings(config, defect).settings, records, defect);
    }

    async read(sync: Fields, onEvent?: (event: object) => void): Promise<unknown> {
      const connection = (sync.source as Fields).connection_specification;
      return readShout(readSettings(connection, defect), sync, defect, onEvent);
    }

    async write(sync: Fields | null, records: unknown[]): Promise<unknown> {
      const connection = (sync?.destination as Fields | undefined)?.connection_specification;
      if (defect === "throws" && !sync) throw new TypeError("there is no sync config");
      const { settings, problems } = readSettings(connection, defect);
      const run = openRun(settings, String(sync?.sync_run_id), defect);
      const one = async (record: unknown): Promise<Outcome> => {
        if (problems.length > 0) return { record, status: "failed", code: "config", billed: "no" };
        this.last = record;
        return run(record);
      };
      let outcomes = await Promise.all(records.map(one));
      if (defect === "mixes records up")
        outcomes = outcomes.map((outcome) => ({ ...outcome, record: this.last }));
      if (defect === "reverses") outcomes.reverse();
      if (defect === "one fails all" && outcomes.some(({ status }) => status !== "enriched"))
        outcomes = outcomes.map((outcome) => ({ ...outcome, status: "failed" }));
      if (defect === "batch hides failures" && records.length > 1)
        outcomes = outcomes.map((outcome) => ({ ...outcome, status: "enriched" }));
      if (defect === "marks what it is given")
        for (const record of records) Object.assign(record as object, { seen: true });
      const made = tracking(outcomes, defect);
      const message = defect === "one answer for all" ? Object.assign(this.answer, made) : made;
      return defect === "two messages" ? [message, message] : message;
    }
  };

const describe = () => ({ data: { name: "Toy", title: "Toy", connector_type: "destination" } });
const description = describe();

const tracking = (outcomes: Outcome[], defect: string): object => {
  const success = outcomes.filter(({ status }) => status === "enriched").length;
  const counted =
    defect === "forgets what is no object"
      ? outcomes.filter(({ code }) => code !== "not_an_object")
      : outcomes;
  const logs = counted.map(({ record, status, code }) => {
    const text = {
      request: "say",
      response: defect === "logs texts" ? String((record as Fields)?.text) : `${status} ${code}`,
      level: "info",
    };
    return { level: "info", message: defect === "logs in words" ? `said: ${status}` : JSON.stringify(text) };
  });
  const records = outcomes.map(({ record, said, ...outcome }) => toRecord(record, said, outcome, defect));
  const failed =
    counted.length - success + (defect === "counts nothing as something" && outcomes.length === 0 ? 1 : 0);
  return {
    type: "tracking",
    tracking: {
      success,
      failed:
        defect === "loses the held"
          ? failed - outcomes.filter(({ status }) => status === "held").length
          : failed,
      logs,
      meta: { records },
    },
  };
};

const toRecord = (record: unknown, said: unknown, outcome: object, defect: string): object => {
  const input =
    typeof record === "object" && record !== null && !Array.isArray(record) ? record : { value: record };
  const kept = Object.entries(input).map(
    ([name, value]) => [defect === "lowers columns" ? name.toLowerCase() : name, value] as const,
  );
  const columns = Object.fromEntries(
    defect === "keeps what it knows" ? kept.filter(([name]) => ["id", "text"].includes(name)) : kept,
  );
  return {
    ...columns,
    said: defect === "lets the input win" && "said" in columns ? columns.said : (said ?? null),
    _toy: outcome,
  };
};

const readSettings = (
  config: unknown,
  defect: string,
): { settings: Settings; problems: string[]; remarks: string[] } => {
  const given = Object.entries(typeof config === "object" && config !== null ? config : {}).filter(
    ([, value]) => (value !== null || defect === "takes null for a value") && value !== "",
  );
  const keyless = defect === "has a key of its own" ? { api_key: shoutKey } : {};
  const settings = { ...keyless, ...Object.fromEntries(given) } as unknown as Settings;
  const known = Object.keys(toySpec("").properties as object);
  const strange = Object.keys(settings).filter((name) => !known.includes(name));
  const problems = ["url", "api_key"]
    .filter((name) => !(name in settings))
    .map((name) => `${name} is missing`);
  if (Object.values(settings).includes(null as never)) problems.push("null is no value");
  if (/^\*+$/.test(String(settings.api_key)) && defect !== "takes asterisks for a key")
    problems.push("api_key is masked: enter it again");
  if (settings.url && !/^http/.test(String(settings.url))) problems.push("url must begin with http");
  if (defect === "refuses strangers") problems.push(...strange);
  const source = String(settings.template ?? '{"say":"{{ text }}"}');
  let template: Settings["compiled"];
  try {
    template = compileTemplate(source, defect);
  } catch (error) {
    if (defect !== "no lint") problems.push(`template: ${(error as Error).message}`);
    template = () => ({});
  }
  const odd = Object.keys(template({ text: "", tone: "" }) ?? {}).filter(
    (key) => !["say", "tone"].includes(key),
  );
  if (defect === "takes any key") odd.length = 0;
  // Secrets stay out of what sessions are known by.
  const key = createHash("sha256")
    .update(JSON.stringify([config, defect]))
    .digest("hex");
  return {
    settings: { ...settings, compiled: template, key },
    problems,
    remarks: [...strange, ...odd].map((name) => `${name} is not known`),
  };
};
