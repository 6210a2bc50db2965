import { hash } from "node:crypto";
import type { Connection } from "../../connection/connection.js";
import { createPacer, type Pacer } from "./pacer.js";

/**
 * The pacer of a connection's account, place and model: the same one in the whole process, whoever calls. An account
 * is known by its role, its key or its profile; two keys of one account have a pacer each, and share the quota as
 * two processes would.
 */
export const sharedPacer = (connection: Connection): Pacer => {
  const { region, endpoint, modelId, quota } = connection;
  const key = hash(
    "sha256",
    JSON.stringify([accountOf(connection), region, endpoint, modelId, quota]),
    "hex",
  );
  const known = pacers.get(key) ?? createPacer(quota);
  // The last one used is the last one to go.
  pacers.delete(key);
  pacers.set(key, known);
  for (const oldest of pacers.keys()) if (pacers.size > keptPacers) pacers.delete(oldest);
  return known;
};

const keptPacers = 1000;
const pacers = new Map<string, Pacer>();

const accountOf = ({ auth, role }: Connection): string => {
  if (role) return role.arn.split(":")[4] ?? role.arn;
  if (auth.kind === "keys") return auth.accessKeyId;
  if (auth.kind === "api_key") return auth.token;
  return process.env.AWS_PROFILE ?? process.env.AWS_ACCESS_KEY_ID ?? "default";
};
