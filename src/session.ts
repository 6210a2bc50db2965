import { createHash } from "node:crypto";
import { createInvoke, resolveCredentials } from "./bedrock/invoke.js";
import { ConnectorError } from "./errors.js";
import type { Invoke } from "./invoke.js";
import { type Job, type Purpose, prepareJob } from "./job.js";
import { limit } from "./run/limit.js";
import { retry } from "./run/retry.js";

/** A job and the calls it makes. Everything that a sync's many calls of `write` share hangs on it. */
export interface Session {
  readonly job: Job;
  readonly invoke: Invoke;
}

/**
 * The session of a configuration: the same one for the same settings, in the whole process, so that one limit
 * and one set of connections serve all threads and instances.
 */
export const openSession = (config: unknown, purpose: Purpose): Session | ConnectorError => {
  // A digest, so that no secret is kept as a key.
  const key = createHash("sha256")
    .update(JSON.stringify([purpose, config]))
    .digest("hex");
  const open = sessions.get(key);
  if (open) {
    sessions.delete(key);
    sessions.set(key, open);
    return open;
  }
  const job = prepareJob(config, purpose);
  if (job instanceof ConnectorError) return job;
  const session = { job, invoke: composeInvoke(job) };
  sessions.set(key, session);
  for (const oldest of sessions.keys()) if (sessions.size > keptSessions) sessions.delete(oldest);
  return session;
};

/** Whether the configuration is usable and there are credentials, without a paid call. */
export const checkSession = async (config: unknown): Promise<Job | ConnectorError> => {
  const job = prepareJob(config, "enrich");
  if (job instanceof ConnectorError) return job;
  return (await resolveCredentials(job.connection)) ?? job;
};

/** Rows that wait to be sent again hold no slot. */
const composeInvoke = ({ connection }: Job): Invoke =>
  retry(limit(connection.maxConcurrency, createInvoke(connection)));

const keptSessions = 100;
const sessions = new Map<string, Session>();
