import type { Invocation, InvokeRequest, RawAnswer } from "../core/invoke.js";
import { readAnswer } from "../models/read-answer.js";
import type { Plan } from "./plan.js";

/** Reads the answers to a plan's requests. */
export const readerOf =
  ({ family, reasoningTags }: Pick<Plan, "family" | "reasoningTags">) =>
  ({ body }: Pick<InvokeRequest, "body">, answer: RawAnswer): Invocation =>
    readAnswer(family, body, answer, reasoningTags);
