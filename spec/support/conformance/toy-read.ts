import { callShout } from "./toy-call.js";
import type { Settings } from "./toy-run.js";
import type { Fields } from "./toy-template.js";

/** The toy as a source: a finished request is said as it is; of a chat, what its last message says. */
export const readShout = async (
  { settings, problems }: { settings: Settings; problems: readonly string[] },
  { model, offset }: Fields,
  defect: string,
  onEvent?: (event: object) => void,
): Promise<unknown> => {
  if (Number(offset ?? 0) > 0 && defect !== "reads without end") return [];
  const query = objectOf((model as Fields).query);
  const wrong = problems.filter(
    (problem) => defect === "reads by its template" || !/^template/.test(problem),
  );
  if (!query || wrong.length > 0) return log(wrong[0] ?? "the query is no object", defect);
  const { messages } = query as { messages?: { content: string }[] };
  const isChat = messages && defect !== "knows no chats";
  const body = isChat ? { say: messages.at(-1)?.content } : query;
  const sent = defect === "adds to a finished request" ? { ...body, please: true } : body;
  const { ending } = await callShout(settings, {}, JSON.stringify(sent), defect);
  if (ending.status !== "enriched") return log(`the service said ${ending.code}`, defect);
  const said = String(ending.said);
  const isStreamed = onEvent && settings.stream === "on" && defect !== "streams nothing";
  if (isStreamed) for (const piece of said.split(" ")) onEvent(record({ piece }));
  const plain = isStreamed && defect === "streams a part" ? {} : { end: ending.stop_reason };
  const tokens = { prompt_tokens: ending.input_tokens, completion_tokens: ending.output_tokens };
  const choices = [{ message: { content: said }, finish_reason: ending.stop_reason }];
  const answer = record({ said, ...plain, ...(isChat && { choices, usage: tokens }) });
  return defect === "answers without a list" ? answer : [answer];
};

const record = (data: object): object => ({ type: "record", record: { data, emitted_at: 1 } });

const log = (words: string, defect: string): object => {
  const message = defect === "reports in JSON" ? JSON.stringify({ error: words }) : words;
  const one = { type: "log", log: { name: "toy", level: "error", message } };
  return defect === "lists its failures" ? [one] : one;
};

const objectOf = (query: unknown): Fields | null => {
  try {
    const value = typeof query === "string" ? JSON.parse(query) : query;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
};
