import { kind } from "./error-kind.js";

/** What may be wrong with an answer that came, and was billed; part of the table of errors. */
export const answerCodes = {
  unreadable_response: kind(
    false,
    "yes",
    "The response could not be read: it is not JSON, or lacks what the family or the response format reads. It was billed.",
  ),
  truncated: kind(
    false,
    "yes",
    "A token limit cut the answer off, and on_truncated is fail, or what is left is no answer. Raise the output limit in the request format.",
  ),
  schema_mismatch: kind(false, "yes", "The answer does not fit output_schema. It was billed."),
  empty_answer: kind(
    false,
    "yes",
    "The model ended without a word of an answer. It was billed. on_empty: keep takes such answers as empty text.",
  ),
  only_reasoning: kind(
    false,
    "yes",
    "The model reasoned and gave no answer. It was billed. Raise the output limit, or ask for less thinking; on_empty: keep takes such answers as empty text.",
  ),
  tool_call: kind(
    false,
    "yes",
    "The model called a tool in place of an answer, and nothing here runs tools. It was billed. Remove the tools from the request format, or name what you want of the call in response_format.",
  ),
  malformed_answer: kind(
    false,
    "yes",
    "The model did not bring its answer to an end, says its stop reason. It was billed.",
  ),
  refused: kind(false, "yes", "The model refused to answer. The answer was billed."),
  content_filtered: kind(false, "yes", "A content filter of the model stopped the answer. It was billed."),
  guardrail_intervened: kind(
    false,
    "yes",
    "The guardrail blocked the prompt or the answer. The call was billed.",
  ),
} as const;
