import type { Ending, Settings } from "./toy-run.js";

/** What one call came to: its ending, and what it means for others. */
export interface Reply {
  readonly ending: Ending;
  /** Milliseconds to wait before it goes again. */
  readonly again?: number;
  /** It ends the run. */
  readonly ends?: boolean;
  /** Every record would meet it. */
  readonly alike?: boolean;
  readonly overload?: boolean;
}

const failed = (code: string, billed = "no", more: object = {}) => ({
  status: billed === "unknown" ? "held" : "failed",
  code,
  billed,
  retryable: billed === "unknown",
  cost: null,
  ...more,
});

/** One call to the shouting service. */
export const callShout = async (
  settings: Settings,
  session: { token?: Promise<string> | undefined },
  body: string,
  defect: string,
): Promise<Reply> => {
  const { url, api_key, model = "small", login, deadline_ms = 600_000 } = settings;
  const ask = async (path: string, key: unknown, content: string, signal: AbortSignal) =>
    fetch(`${url}${path}`, {
      method: "POST",
      body: content,
      signal,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": defect === "sends plain text" ? "text/plain" : "application/json",
      },
    });
  const signal = AbortSignal.timeout(Number(deadline_ms));
  const renew = async (): Promise<string> => {
    const response = await ask("/session", api_key, "", signal);
    return ((await response.json()) as { token: string }).token;
  };
  if (login === "session") session.token ??= renew();
  const { token } = session;
  let headers: Headers | undefined;
  try {
    const path = defect === "calls another path" ? "/say/any" : `/say/${model}`;
    const sent = ask(path, (await token) ?? api_key, body, signal);
    const response = await sent;
    headers = response.headers;
    const text = await (defect === "waits for the body" ? hold() : response.text());
    if (response.status === 401 && /expired/.test(text) && token && defect !== "keeps its session") {
      if (session.token === token) session.token = renew();
      return { again: 1, ending: failed("expired") };
    }
    return response.ok || (response.status === 401 && defect === "lets anyone in")
      ? answered(text, response, settings, defect)
      : refused(response, text, defect);
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    if (code === "ECONNREFUSED")
      return { ...(defect !== "gives up at once" && { again: 30 }), ending: failed("unreachable") };
    const again = defect === "tries again what is unknown" && !headers ? { again: 10 } : {};
    return defect === "calls it unpaid"
      ? { ending: failed("lost") }
      : { ...again, ending: failed("lost", "unknown") };
  }
};

/** As if the deadline ended with the headers. */
const hold = (): Promise<string> => new Promise(() => undefined);

const refused = ({ status, headers }: Response, text: string, defect: string): Reply => {
  const wait = defect === "is in a hurry" ? 0 : Number(headers.get("retry-after") ?? 0) * 1000;
  if (status === 429 && /day/.test(text))
    return { ends: true, ending: { ...failed("quota"), status: "not_sent" } };
  if (status === 429)
    return { ...(defect !== "takes no for an answer" && { again: wait + 10 }), ending: failed("throttled") };
  if (status === 503) return { again: 60, overload: true, ending: failed("overloaded") };
  if (status === 403 || status === 401)
    return { alike: true, ending: failed(defect === "one code for all" ? "bad_request" : "denied") };
  return status >= 500 ? { ending: failed("service_error", "unknown") } : { ending: failed("bad_request") };
};

const answered = (text: string, { headers }: Response, settings: Settings, defect: string): Reply => {
  const counts = { input_tokens: count(headers, "x-in", defect), output_tokens: count(headers, "x-out", "") };
  const billed = defect === "calls it unpaid" ? "no" : "yes";
  const answer = parsed(text);
  if (typeof answer?.said !== "string" && defect !== "lets anyone in")
    return { ending: failed("unreadable", billed, counts) };
  if (settings.typed === "on" && Number.isNaN(Number(answer?.said)) && defect !== "takes any type")
    return { ending: failed("not_a_number", billed, counts) };
  const stop_reason = answer?.end ?? null;
  const truncated = stop_reason === "cut" && defect !== "hides the cut";
  const known = (settings.model ?? "small") === "small";
  const cost = known ? ((counts.input_tokens ?? 0) + (counts.output_tokens ?? 0)) / 1000 : null;
  return {
    ending: {
      status: "enriched",
      code: null,
      billed,
      retryable: null,
      said: defect === "reads amiss" ? "?" : answer?.said,
      stop_reason,
      truncated,
      cost: defect === "costs nothing" ? 0 : cost,
      ...counts,
    },
  };
};

const count = (headers: Headers, name: string, defect: string): number | null => {
  const value = headers.get(name);
  return value === null ? null : Number(value) * (defect === "counts twice" ? 2 : 1);
};

const parsed = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
