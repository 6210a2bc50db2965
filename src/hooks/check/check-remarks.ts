import { type ControlAnswer, known } from "../../bedrock/control-answers.js";
import type { Plan } from "../../enrich/plan.js";
import { endingInWords, endingOf, wayOn } from "../../models/ending.js";
import { successors } from "./alternatives.js";
import type { AwsAnswers } from "./ask-aws.js";
import { day } from "./model-state.js";
import { misnomerRemark } from "./wrong-model-id.js";

/** What does not stand in the way and is worth knowing, in sentences. */
export const remarksOn = (answers: AwsAnswers, plan: Plan, now: Date): string[] =>
  [
    misnomerRemark(answers, plan),
    ageing(answers, plan, now),
    agreement(answers),
    loggingRemark(answers, plan),
    unasked(plan.connection.ledger === null ? { ...answers, logging: null } : answers),
  ].filter((remark) => remark !== "");

const ageing = (answers: AwsAnswers, plan: Plan, now: Date): string => {
  const model = known(answers.model);
  if (!model) return unaskedEnding(answers);
  const { modelId, legacy, legacySince, extendedSince, endOfLife } = model;
  const end = endOfLife ? `; its end of life is ${day(endOfLife)}` : "";
  if (!legacy)
    return endOfLife && endOfLife.getTime() - now.getTime() < soonMs ? `${modelId} is active${end}.` : "";
  const since = legacySince ? ` since ${day(legacySince)}` : "";
  const dearer = extendedSince ? `, and from ${day(extendedSince)} on it may cost more` : "";
  return `${modelId} is legacy${since}${end}${dearer}. ${[successors(answers, plan), wayOn].filter(Boolean).join(" ")}`;
};

/** What this package knows, where AWS does not tell. */
const unaskedEnding = ({ model, baseModel }: AwsAnswers): string => {
  const ending = model?.is === "unasked" && baseModel !== null ? endingOf(baseModel) : null;
  return ending ? `${endingInWords(ending)}. ${wayOn}` : "";
};

/** Users are warned a quarter of a year ahead. */
const soonMs = 90 * 24 * 3_600_000;

const agreement = ({ access, baseModel }: AwsAnswers): string => {
  const { agreement: status, agreementError } = known(access) ?? {};
  switch (status) {
    case "NOT_AVAILABLE":
      return `The account has no agreement for ${baseModel} yet: the first call makes one by itself, if the identity may call aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, and for up to 15 minutes calls may be refused.`;
    case "PENDING":
      return `The account's agreement for ${baseModel} is being set up: for up to 15 minutes calls may be refused.`;
    case "ERROR":
      return `The account's agreement for ${baseModel} failed${agreementError ? `: ${agreementError}` : ""}. The next call tries again, if the identity may call aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions.`;
    default:
      return "";
  }
};

/** Whether the answer of a call that was cut off can be found again. */
const loggingRemark = ({ logging }: AwsAnswers, { connection }: Plan): string => {
  const found = known(logging);
  if (!found) return "";
  const { s3, logGroup, holdsText } = found;
  if (s3 === null && logGroup === null)
    // Without a ledger there is nothing to find an answer for.
    return connection.ledger === null
      ? ""
      : `Model invocation logging is off in ${connection.region}: an answer that is lost on its way cannot be found again by reconcile.`;
  const place = s3 ?? `the log group ${logGroup}`;
  return holdsText
    ? `Model invocation logs go to ${place}: reconcile looks there for answers that were lost on their way.`
    : `Model invocation logs go to ${place} without text, so reconcile finds no answers there.`;
};

const unasked = ({
  caller,
  resolvedModel,
  model,
  access,
  useCaseForm,
  logging,
  jobs,
}: AwsAnswers): string => {
  const subjects: readonly (readonly [string, ControlAnswer<unknown> | null])[] = [
    ["whether AWS takes the credentials", caller],
    ["what stands behind the profile or ARN", resolvedModel],
    ["the model's state", model],
    ["access to the model", access],
    ["the use case form", useCaseForm],
    ["whether calls are logged", logging],
    ["whether batch jobs may be listed", jobs],
  ];
  const byReason = new Map<string, string[]>();
  for (const [subject, answer] of subjects)
    if (answer?.is === "unasked") byReason.set(answer.why, [...(byReason.get(answer.why) ?? []), subject]);
  const parts = [...byReason].map(([why, names]) => `${names.join(", ")} (${why})`);
  return parts.length > 0 ? `Not checked: ${parts.join("; ")}.` : "";
};
