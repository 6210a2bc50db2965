import { isObject } from "../core/json.js";
import { connectionSchema } from "./connection-schema.js";

/**
 * The settings without what only calls need: secrets, and what says where rows may go and what they may cost, are left
 * out, and a missing region or URL is filled in. So templates can be read where there are no credentials, where the host
 * shows asterisks in their place, and where AWS and the host's files are out of reach.
 */
export const offlineSettings = (config: unknown): unknown => {
  if (!isObject(config)) return config;
  const { properties } = connectionSchema();
  const isForCalls = (name: string): boolean =>
    forCalls.has(name) || (Object.hasOwn(properties, name) && properties[name]?.multiwoven_secret === true);
  const kept = Object.entries(config).filter(([name]) => !isForCalls(name));
  return {
    ...Object.fromEntries(kept),
    region: config.region || "us-east-1",
    ...(config.write_back_table ? { write_back_url: "postgresql://" } : {}),
  };
};

const forCalls = new Set([
  "residency",
  "prices_file",
  "max_rows",
  "max_tokens_total",
  "max_spend_usd",
  "delivery",
  "batch_s3_uri",
  "batch_role_arn",
]);
