import { isDeepStrictEqual } from "node:util";
import type { LogMessage, RecordMessage } from "../../../generated/protocol.js";
import { type Config, type Context, valueBehind } from "../context.js";
import { contentOf } from "../message-content.js";
import { bodyOf, mustCall } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";

/** What a host makes of a source that answers finished requests. */
export const source: readonly Rule[] = [
  {
    id: "Q1",
    what: "a finished request, as text or as an object, goes out as it is and is answered by a list of one record",
    needs: ["server", "calls", "source"],
    async run(context) {
      const { query = {} } = context.descriptor.source ?? {};
      for (const given of [JSON.stringify(query), query]) theRecord(await read(context, given));
      const calls = context.wire.calls();
      mustCall(calls, 2);
      for (const call of calls)
        must(isDeepStrictEqual(bodyOf(call), query), `what was sent is ${shown(bodyOf(call))}`);
    },
  },
  {
    id: "Q2",
    what: "at a positive offset nothing is there and nothing is paid for, so that a sync of it ends",
    needs: ["server", "calls", "source"],
    async run(context) {
      for (const offset of [1, 10_000]) {
        const answer = await read(context, context.descriptor.source?.query, { offset });
        must(isDeepStrictEqual(answer, []), `at the offset ${offset} there is ${shown(answer)}`);
      }
      mustCall(context.wire.calls(), 0);
    },
  },
  {
    id: "Q3",
    what: "what went wrong with a finished request is one log message of level error, in plain words",
    needs: ["server", "calls", "source", "answers.denied"],
    async run(context) {
      const { source: { query } = {}, answers } = context.descriptor;
      context.wire.disturb(() => answers?.denied);
      for (const [what, given] of [
        ["a refusal", query],
        ["what is no request", "not { JSON"],
        ["no request", null],
      ]) {
        const { level, message } = contentOf<LogMessage>(await read(context, given), "log");
        must(level === "error", `the log of ${what} is of level ${shown(level)}`);
        must(/^[^{[]*\w \w/.test(message), `the log of ${what} is not in plain words: ${shown(message)}`);
      }
    },
  },
  {
    id: "Q4",
    what: "formats that are prose or another model's fail no finished request",
    needs: ["server", "calls", "source", "formats"],
    async run(context) {
      const { source: { query } = {}, formats } = context.descriptor;
      for (const name of Object.values(formats ?? {}))
        for (const stale of ["see the documents", '{"acme":{"says":"{{ nothing }}"}}'])
          theRecord(await read(context, query, {}, { [name]: stale }));
    },
  },
  {
    id: "Q5",
    what: "a chat is answered with choices[0].message.content, a finish reason and the tokens",
    needs: ["server", "calls", "source.chats"],
    async run(context) {
      for (const chat of context.descriptor.source?.chats ?? []) {
        const { data } = theRecord(await read(context, JSON.stringify(chat)));
        for (const [path, type] of Object.entries(completion))
          must(
            typeof valueBehind(data, path) === type,
            `${path} of the answer to a chat is ${shown(valueBehind(data, path))}`,
          );
      }
    },
  },
  {
    id: "Q6",
    what: "a streamed answer comes event by event, each a record, and then as it comes without a stream",
    needs: ["server", "calls", "source.stream"],
    async run(context) {
      const { query, stream } = context.descriptor.source ?? {};
      const plain = theRecord(await read(context, query));
      const { events, answer } = await context.adapter.stream(syncConfig(context, query, {}, stream));
      must(events.length > 1, `${events.length} events came before the answer`);
      for (const event of events) contentOf<RecordMessage>(event, "record");
      const { data } = theRecord(answer);
      const lost = Object.keys(plain.data).filter((key) => !Object.hasOwn(data, key));
      must(lost.length === 0, `the answer of a stream lacks ${lost.join(", ")}`);
      mustCall(context.wire.calls(), 2);
    },
  },
];

/** Where hosts look for what a chat is answered with. */
const completion = {
  "choices.0.message.content": "string",
  "choices.0.finish_reason": "string",
  "usage.prompt_tokens": "number",
  "usage.completion_tokens": "number",
};

const read = (context: Context, query: unknown, place: object = {}, change: Config = {}): Promise<unknown> =>
  context.adapter.call("read", syncConfig(context, query, place, change));

/** The host's sync config around a source, of which a run wants the rows from an offset on. */
const syncConfig = (
  { descriptor: { name }, config }: Context,
  query: unknown,
  place: object = {},
  change: Config = {},
): object => ({
  source: { name, type: "source", connection_specification: config(change), query_type: "ai_ml" },
  destination: { name: "Postgresql", type: "destination", connection_specification: {} },
  model: { name: "request", query, query_type: "ai_ml", primary_key: "" },
  stream: { name: "stream", json_schema: {} },
  sync_mode: "incremental",
  destination_sync_mode: "insert",
  sync_id: "1",
  ...place,
});

const theRecord = (answer: unknown): RecordMessage => {
  must(Array.isArray(answer) && answer.length === 1, `expected a list of one record, got ${shown(answer)}`);
  return contentOf<RecordMessage>(answer[0], "record");
};
