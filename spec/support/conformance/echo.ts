import { setTimeout as sleep } from "node:timers/promises";

type Fields = Record<string, unknown>;

/**
 * The least connector that keeps to the rules: it says a record's text to the shouting service, one record after
 * the other, and remembers nothing.
 */
export class Echo {
  readonly meta = { data: { name: "Echo", title: "Echo", connector_type: "destination" } };

  metaData(): object {
    return this.meta;
  }

  spec(): object {
    const setting = (title: string, order: number, more: object = {}) => ({
      type: "string",
      title,
      description: `${title}.`,
      order,
      ...more,
    });
    const connection_specification = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      required: ["url", "api_key"],
      properties: {
        url: setting("The service", 0),
        api_key: setting("The key", 1, { multiwoven_secret: true }),
      },
    };
    return { type: "connector_spec", connector_spec: { stream_type: "static", connection_specification } };
  }

  checkConnection(config: Fields | null): object {
    const missing = ["url", "api_key"].filter((name) => /^\**$/.test(String(config?.[name] ?? "")));
    const strange = Object.keys(config ?? {}).filter((name) => !["url", "api_key"].includes(name));
    const words =
      missing.length > 0 ? `${missing.join(", ")} must be given.` : `Not known: ${strange.join(", ")}.`;
    const status = missing.length > 0 ? "failed" : "succeeded";
    return { type: "connection_status", connection_status: { status, message: words } };
  }

  discover(): object {
    const rate = { request_rate_limit: 60, request_rate_limit_unit: "minute", request_rate_concurrency: 2 };
    const batch = { batch_support: false, batch_size: 1 };
    const stream = { name: "say", action: "create", json_schema: {}, ...rate, ...batch };
    return { type: "catalog", catalog: { ...rate, schema_mode: "schemaless", streams: [stream] } };
  }

  async write(sync: { destination?: { connection_specification?: Fields } } | null, records: unknown[]) {
    const logs = [];
    let success = 0;
    for (const record of records) {
      const response = await say(sync?.destination?.connection_specification ?? {}, record);
      if (response === "said") success += 1;
      const level = response === "said" ? "info" : "error";
      logs.push({ level, message: JSON.stringify({ request: "POST /say", response, level }) });
    }
    return { type: "tracking", tracking: { success, failed: records.length - success, logs } };
  }
}

/** One record to one word: what became of it. */
const say = async ({ url, api_key }: Fields, record: unknown): Promise<string> => {
  const value = typeof record === "object" ? (record as Fields | null)?.text : undefined;
  if (value === undefined || value === null) return "nothing to say";
  const body = JSON.stringify({ say: String(value) });
  const headers = { authorization: `Bearer ${api_key}` };
  for (let tries = 0; tries < 400; tries++) {
    try {
      const response = await fetch(`${url}/say/small`, { method: "POST", headers, body });
      await response.json();
      return response.ok ? "said" : `refused with ${response.status}`;
    } catch (error) {
      // Only what never left may go again.
      if ((error as { cause?: { code?: string } }).cause?.code !== "ECONNREFUSED") return "lost on the way";
      await sleep(50);
    }
  }
  return "not to be reached";
};
