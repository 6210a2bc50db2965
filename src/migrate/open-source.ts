import { type Connection, invalidConfig, readConnection } from "../connection/connection.js";
import { offlineSettings } from "../connection/offline-settings.js";
import type { Problem } from "../connection/rules.js";
import type { ConnectorError } from "../core/errors.js";
import type { Json, JsonObject } from "../core/json.js";
import { readResidency } from "../models/residency.js";
import { parseSample } from "../template/parse-sample.js";
import { compileTemplate } from "../template/template.js";
import { isSettings } from "./settings.js";
import { type Side, sideOf } from "./target.js";

/** A configuration that is to be moved. */
export interface Source {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly connection: Connection;
  readonly sample: JsonObject;
  readonly from: Side;
}

/** The old settings, as far as they say what is asked and of whom. What only calls need may be missing. */
export const openSource = (config: unknown): Source | ConnectorError => {
  if (!isSettings(config))
    return invalidConfig([{ field: "the configuration", sentence: "must be an object" }]);
  const problems: Problem[] = [];
  const connection = readConnection(offlineSettings(config), problems);
  const attempt = <T>(field: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      problems.push({ field, sentence: (error as Error).message });
      return null;
    }
  };
  if (problems.length > 0) return invalidConfig(problems);
  const sample = attempt("request_format", () => compileTemplate(connection.requestFormat).sample);
  attempt("response_format", () => responseSample(connection));
  if (!sample || problems.length > 0) return invalidConfig(problems);
  const ids = [connection.modelId, ...connection.candidateModelIds];
  const from = sideOf(connection.api, ids, sample);
  if (!from)
    return invalidConfig([
      {
        field: "model_id",
        sentence: `${connection.modelId} is of no family whose requests are known, so nothing tells what its request_format says`,
      },
    ]);
  return {
    settings: config,
    connection: {
      ...connection,
      residency:
        typeof config.residency === "string" && config.residency !== ""
          ? readResidency(config.residency)
          : null,
    },
    sample,
    from,
  };
};

export const responseSample = ({ responseFormat }: Connection): Json =>
  responseFormat === null ? null : parseSample(responseFormat);
