import type { Answer, Backing } from "./bedrock/control-answers.js";
import { type Connection, readConnection } from "./connection/connection.js";
import type { Problem } from "./connection/rules.js";
import { ConnectorError } from "./errors.js";
import { firstBaseModel } from "./families/resolve.js";
import { type Job, type Purpose, prepareJob } from "./job.js";
import { whereabouts } from "./residency.js";
import { readTarget, type Target } from "./target.js";

/** Asks AWS what stands behind a target; a failure is one of credentials, with which no call can be made at all. */
export type AskBacking = (
  connection: Connection,
  target: Target,
) => Promise<Answer<Backing> | ConnectorError>;

/**
 * Prepares a job as `prepareJob` does. Where the settings alone do not tell the model or where it runs, AWS is asked
 * first: one free call, and only then.
 */
export const prepareAsking = async (
  config: unknown,
  purpose: Purpose,
  ask: AskBacking,
): Promise<Job | ConnectorError> => {
  const problems: Problem[] = [];
  const connection = readConnection(config, problems);
  if (problems.length > 0) return prepareJob(config, purpose);
  const target = readTarget(connection.modelId);
  const asked =
    isHidden(connection, target) || mayLeave(connection, target) ? await ask(connection, target) : null;
  if (asked instanceof ConnectorError) return asked;
  return prepareJob(config, purpose, asked);
};

const isHidden = ({ familyHints }: Connection, { kind, baseModel }: Target): boolean =>
  baseModel === null &&
  (kind === "application_profile" || kind === "provisioned_model" || kind === "custom_deployment") &&
  firstBaseModel(...familyHints) === null;

const mayLeave = ({ residency, region }: Connection, target: Target): boolean =>
  residency !== null && whereabouts(residency, region, target, null) === "unknown";

/** Asks each time. Where no answer comes in time, AWS did not tell. */
export const askWithin =
  (ms: number): AskBacking =>
  async (connection, target) => {
    const { openControlPlane } = await import("./bedrock/control-plane.js");
    const plane = openControlPlane(connection, ms);
    try {
      const missing = await plane.missingCredentials();
      if (missing) return missing;
      const answer = await plane.backing(target);
      return answer.is === "refused" ? answer.error : answer;
    } finally {
      plane.close();
    }
  };

/**
 * One question for all the calls of a session that open it at once. What AWS told is kept; that it did not tell is
 * kept for a minute, so that a host that writes row by row does not ask for each.
 */
export const askOnce =
  (session: string): AskBacking =>
  async (connection, target) => {
    const before = answers.get(session);
    if (before && before.until > Date.now()) return before.answer;
    const entry = { answer: askWithin(10_000)(connection, target), until: Number.POSITIVE_INFINITY };
    answers.set(session, entry);
    for (const oldest of answers.keys()) if (answers.size > keptAnswers) answers.delete(oldest);
    const answer = await entry.answer;
    if (answer instanceof ConnectorError || answer.is !== "known") entry.until = Date.now() + 60_000;
    return answer;
  };

const keptAnswers = 100;
const answers = new Map<string, { answer: ReturnType<AskBacking>; until: number }>();
