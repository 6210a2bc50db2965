import { isObject, type JsonObject, tryParseJson } from "../../core/json.js";
import { doubtfulRemark, type Plan } from "../../enrich/plan.js";
import { lintBody } from "../../models/lint-body.js";
import { lacksChatTemplate } from "../../template/chat-template.js";

/** Watches finished bodies for what only a row's values bring about, or what no sample request shows. */
export interface BodySigns {
  /** @param row from 1 */
  see(body: string, row: number): void;
  /**
   * What may be a mistake, in sentences, each once and with the rows that it holds for. They name places and never
   * quote values.
   * @param received how many rows there were, with those that became no body
   */
  remarks(received: number): string[];
}

/** Takes a few microseconds a row, and memory for the first different sentences only. */
export const watchBodies = (plan: Plan): BodySigns => {
  const found = new Map<string, Found>();
  return {
    see(body, row) {
      for (const sentence of sentencesOn(plan, tryParseJson(body))) {
        // Where rows bring whole parts of a body with them, every one may have keys of its own.
        const told = found.has(sentence) || found.size < mostSentences ? sentence : others;
        const { rows, first, last } = found.get(told) ?? { rows: 0, first: row, last: 0 };
        found.set(told, { rows: last === row ? rows : rows + 1, first, last: row });
      }
    },
    remarks: (received) =>
      [...found].map(([sentence, { rows, first }]) =>
        rows === received
          ? `In every row: ${sentence}`
          : `In ${rows} of ${received} rows, first in row ${first}: ${sentence}`,
      ),
  };
};

/** In how many rows a sentence holds, and in which of them first and last. */
interface Found {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
}

const mostSentences = 20;
const others = "other remarks, too many to be told apart.";

const sentencesOn = ({ family, connection, remarks }: Plan, body: unknown): string[] => {
  if (!family || !isObject(body)) return [];
  const { doubtful } = lintBody(family, body as JsonObject, () => false, connection.candidateModelIds);
  const raw = connection.chatTemplate === "off" && lacksChatTemplate(family, body as JsonObject);
  return [
    // What the sample request shows already is said of it once.
    ...doubtful
      .filter((what) => !remarks.includes(doubtfulRemark(what)))
      .map((what) => `${what}; Bedrock may refuse it.`),
    ...(raw
      ? [
          `the prompt lacks the chat template of ${family.title}, so the model may go on with the text instead of answering it: chat_template: auto adds it.`,
        ]
      : []),
  ];
};
