import { readHeaders } from "../../bedrock/response-headers.js";
import { ConnectorError } from "../../core/errors.js";
import { type FailedInvocation, type Invocation, type Invoke, unsent } from "../../core/invoke.js";
import type { Outcome } from "../../core/outcome.js";
import { enrich } from "../../enrich/enrich.js";
import type { Plan } from "../../enrich/plan.js";
import { readerOf } from "../../enrich/reader.js";
import type { TemplateTestCase } from "../../generated/template-tests.js";
import { differenceOf } from "./difference.js";

/** One thing that came out otherwise than a case expects. */
export interface Difference {
  readonly what: "error" | "body" | "columns" | "outcome";
  /** Lines for a person: `-` expected, `+` what came out. */
  readonly text: string;
}

/** Puts a case's record through the pipeline, with the case's response in the place of a call. */
export const compareCase = async (given: TemplateTestCase, plan: Plan): Promise<Difference[]> => {
  let body: string | null = null;
  const invoke: Invoke = async (request) => {
    body = request.body;
    return answerOf(given, plan, request.body);
  };
  const outcome = await enrich(given.record, plan, invoke, new AbortController().signal);
  return compare(given, body, outcome);
};

const compare = async (
  { expected_error, expected_body, expected_columns, expected_outcome, ...given }: TemplateTestCase,
  body: string | null,
  { trace, columns }: Outcome,
): Promise<Difference[]> => {
  const differences: Difference[] = [];
  const note = (what: Difference["what"], text: string | null): void => {
    if (text !== null) differences.push({ what, text });
  };
  // A case without a response ends at the request that would have been sent.
  const error = body !== null && !("response" in given) ? null : trace.error;
  if ((expected_error ?? null) !== (error?.code ?? null))
    note("error", `- ${expected_error ?? "none"}\n+ ${error ? `${error.code}: ${error.message}` : "none"}`);
  if (expected_body && (body !== null || !error || expected_error))
    note("body", body === null ? "+ no request" : await differenceOf(expected_body, JSON.parse(body)));
  if (expected_columns) note("columns", await differenceOf(expected_columns, columns));
  if (expected_outcome)
    note("outcome", await differenceOf(expected_outcome, pick(trace, Object.keys(expected_outcome))));
  return differences;
};

const pick = (values: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

const answerOf = (
  { headers = {}, ...given }: TemplateTestCase,
  plan: Plan,
  body: string,
): Invocation | FailedInvocation => {
  if (!("response" in given)) return unsent(new ConnectorError("stopped"));
  const { response } = given;
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const { counts, latencyMs } = readHeaders(Object.fromEntries(lowerCase));
  return readerOf(plan)(
    { body },
    {
      body: typeof response === "string" ? response : JSON.stringify(response),
      counts,
      latencyMs: latencyMs ?? 0,
      requestId: null,
      attempts: 1,
    },
  );
};
