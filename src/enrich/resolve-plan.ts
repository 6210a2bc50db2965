import type { ControlAnswer, ResolvedModel } from "../bedrock/control-answers.js";
import { environmentProblems } from "../bedrock/environment.js";
import { type Connection, invalidConfig, readConnection } from "../connection/connection.js";
import type { Problem } from "../connection/rules.js";
import { ConnectorError } from "../core/errors.js";
import { firstBaseModel } from "../models/find-family.js";
import { type ModelId, parseModelId } from "../models/model-id.js";
import { whereabouts } from "../models/residency.js";
import { compilePlan, type Plan, type Purpose } from "./plan.js";

/**
 * Asks AWS what stands behind a model id; a failure is one of credentials, with which no call can be made at all.
 */
type LookUpModel = (
  connection: Connection,
  called: ModelId,
) => Promise<ControlAnswer<ResolvedModel> | ConnectorError>;

/**
 * Prepares a plan as `compilePlan` does. Where the settings alone do not tell the model or where it runs, AWS is asked
 * first: one free call, and only then.
 */
export const resolvePlan = async (
  config: unknown,
  purpose: Purpose,
  ask: LookUpModel,
): Promise<Plan | ConnectorError> => {
  const problems: Problem[] = [];
  const connection = readConnection(config, problems);
  if (problems.length > 0) return compilePlan(config, purpose);
  const obstacles = environmentProblems();
  if (obstacles.length > 0) return invalidConfig(obstacles);
  const called = parseModelId(connection.modelId);
  const asked =
    isHidden(connection, called) || mayLeave(connection, called) ? await ask(connection, called) : null;
  if (asked instanceof ConnectorError) return asked;
  return compilePlan(config, purpose, asked);
};

const isHidden = ({ candidateModelIds }: Connection, { kind, baseModel }: ModelId): boolean =>
  baseModel === null &&
  (kind === "application_profile" || kind === "provisioned_model" || kind === "custom_deployment") &&
  firstBaseModel(...candidateModelIds) === null;

const mayLeave = ({ residency, region }: Connection, called: ModelId): boolean =>
  residency !== null && whereabouts(residency, region, called, null) === "unknown";

/** Asks each time. Where no answer comes in time, AWS did not tell. */
export const lookUpWithin =
  (ms: number): LookUpModel =>
  async (connection, called) => {
    const { openControlPlane } = await import("../bedrock/control-plane.js");
    const plane = openControlPlane(connection, ms);
    try {
      const missing = await plane.missingCredentials();
      if (missing) return missing;
      const answer = await plane.resolvedModel(called);
      return answer.is === "refused" ? answer.error : answer;
    } finally {
      plane.close();
    }
  };

/**
 * One question for all the calls of a session that open it at once. What AWS told is kept; that it did not tell is
 * kept for a minute, so that a host that writes row by row does not ask for each.
 */
export const lookUpOnce =
  (session: string): LookUpModel =>
  async (connection, called) => {
    const before = answers.get(session);
    if (before && before.until > Date.now()) return before.answer;
    const entry = { answer: lookUpWithin(10_000)(connection, called), until: Number.POSITIVE_INFINITY };
    answers.set(session, entry);
    for (const oldest of answers.keys()) if (answers.size > keptAnswers) answers.delete(oldest);
    const answer = await entry.answer;
    if (answer instanceof ConnectorError || answer.is !== "known") entry.until = Date.now() + 60_000;
    return answer;
  };

const keptAnswers = 100;
const answers = new Map<string, { answer: ReturnType<LookUpModel>; until: number }>();
