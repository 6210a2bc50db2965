import type { Arguments } from "./command.js";
import { type Environment, type Fields, fillEnvironment, loadConfig, objectOf } from "./config.js";
import { cannotRun, wrongUsage } from "./failure.js";
import { readJsonFile } from "./json-file.js";

interface FilledSyncConfig extends Fields {
  destination: Fields & { connection_specification: Fields };
}

/**
 * The sync config of a `write`: the file of --sync-config, with its connection specification replaced by --config
 * when both are given; else one built around --config.
 */
export const loadSyncConfig = async (
  { values }: Arguments,
  environment: Environment,
): Promise<FilledSyncConfig> => {
  const syncPath = values["sync-config"];
  if (values.config === undefined && syncPath === undefined) {
    throw wrongUsage("option --config FILE is missing (or give --sync-config FILE)");
  }
  const config = values.config === undefined ? undefined : await loadConfig(values.config, environment);
  if (syncPath === undefined) return buildSyncConfig(config ?? {});
  const given = objectOf(await readJsonFile(syncPath), syncPath);
  const destination =
    given.destination === undefined ? {} : objectOf(given.destination, `${syncPath}: destination`);
  if (config !== undefined) {
    return { ...given, destination: { ...ourDestination, ...destination, connection_specification: config } };
  }
  const field = `${syncPath}: destination.connection_specification`;
  if (destination.connection_specification === undefined) {
    throw cannotRun(`${field} is missing; add it or give --config FILE`);
  }
  const filled = fillEnvironment(objectOf(destination.connection_specification, field), environment, field);
  return { ...given, destination: { ...ourDestination, ...destination, connection_specification: filled } };
};

/** The least sync config a host could send. `query` is the payload of an ai_ml read. */
export const buildSyncConfig = (config: Fields, query?: string): FilledSyncConfig => ({
  source: { name: "cli", type: "source", connection_specification: query === undefined ? {} : config },
  destination: { ...ourDestination, connection_specification: config },
  model: {
    name: "cli",
    query: query ?? "",
    query_type: query === undefined ? "raw_sql" : "ai_ml",
    primary_key: "",
  },
  stream: { name: "invoke_model", action: "create", json_schema: {} },
  sync_mode: "incremental",
  destination_sync_mode: "insert",
  sync_id: "cli",
});

const ourDestination = { name: "AwsBedrockModel", type: "destination" } as const;
