import { isObject } from "../json.js";
import { connectionSchema } from "./schema.js";

/**
 * The settings without what only calls need: secrets are left out, and a missing region is filled in. So templates
 * can be read where there are no credentials, or where the host shows asterisks in their place.
 */
export const templateSettings = (config: unknown): unknown => {
  if (!isObject(config)) return config;
  const { properties } = connectionSchema();
  const isSecret = (name: string): boolean =>
    Object.hasOwn(properties, name) && properties[name]?.multiwoven_secret === true;
  const kept = Object.entries(config).filter(([name]) => !isSecret(name));
  return { ...Object.fromEntries(kept), region: config.region || "us-east-1" };
};
