import { passes } from "../../bedrock/object-failure.js";
import { ConnectorError } from "../../core/errors.js";
import { FileFailure } from "../../core/file-failure.js";
import type { FailureKind } from "./moves.js";

/** Why something that was asked for a job came to nothing. */
export interface Failure {
  readonly is: FailureKind;
  /** A sentence. */
  readonly why: string;
  /** Whether it is worth a while to ask again. */
  readonly isSoon: boolean;
}

/** What is asked: its words, the permission that it takes, and whether a lost reply may hide that something was done. */
interface Question {
  readonly what: string;
  readonly needs?: string;
  readonly acts?: true;
}

export const questions = {
  put: { what: "Its files could not be put into S3" },
  look: { what: "It could not be looked for", needs: "bedrock:ListModelInvocationJobs" },
  create: {
    ...{ what: "It was not made", acts: true },
    needs: "bedrock:CreateModelInvocationJob, and iam:PassRole on the role",
  },
  get: { what: "Bedrock was not asked how far it is", needs: "bedrock:GetModelInvocationJob" },
  stop: { what: "It could not be stopped", needs: "bedrock:StopModelInvocationJob" },
  read: { what: "What it has written could not be read" },
} as const satisfies Record<string, Question>;

export const isFailure = (given: unknown): given is Failure =>
  given !== null && typeof given === "object" && "why" in given;

/**
 * What somebody outside answers; how and why it failed, where it did. @throws ConnectorError of the ledger, without which nothing
 * goes on, and what is no failure of anybody outside
 */
export const attempt = async <Answer>(
  question: keyof typeof questions,
  ask: () => Promise<Answer>,
): Promise<Answer | Failure> => {
  try {
    return await ask();
  } catch (thrown) {
    const { what, needs, acts }: Question = questions[question];
    const failure = (is: FailureKind, why: string, isSoon = is !== "refused"): Failure => ({
      ...{ is, isSoon, why: `${what}: ${sentence(why)}` },
    });
    if (thrown instanceof FileFailure) return failure(passes(thrown) ? "passing" : "refused", thrown.message);
    if (isOfThisMachine(thrown)) return failure("refused", thrown.message);
    if (!(thrown instanceof ConnectorError) || thrown.scope === "end") throw thrown;
    const { code, message, detail = message } = thrown;
    if (code === "service_quota_exceeded") return failure("passing", detail, false);
    const advice = code === "access_denied" && needs ? ` The identity needs ${needs}.` : "";
    // What the codes advise is about calls of a model.
    const isOfCalls = code === "access_denied" || code === "invalid_request";
    return failure(kindOf(thrown, acts), sentence(isOfCalls ? detail : message) + advice);
  }
};

const sentence = (words: string): string => words.replace(/\.?$/, ".");

/** A full or forbidden disk under the files before they are in S3. */
const isOfThisMachine = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && "syscall" in thrown && !(thrown instanceof ConnectorError);

const kindOf = ({ code, billed, retryable }: ConnectorError, acts: true | undefined): FailureKind => {
  // Whether a service that says that it has failed, or has too much to do, has acted is not documented.
  if (acts && (billed !== "no" || code === "overloaded")) return "lost";
  return retryable ? "passing" : "refused";
};
