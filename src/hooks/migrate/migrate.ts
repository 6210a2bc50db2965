import { ConnectorError } from "../../core/errors.js";
import { type MigrateOptions, type Migration, migrateConfig } from "../../migrate/migrate.js";
import { differenceOf } from "../template-tests/difference.js";
import { type Proposals, proposeModels } from "./propose.js";

export type { MigrateOptions };

/** A migration with both bodies beside each other. */
export interface Migrated extends Migration {
  /** Lines that begin with `-` are the old body's, with `+` the new one's; `null` where they are equal. */
  readonly difference: string | null;
}

/** Settings for the model or the API that `options` name, or, where they name none, the models that there are. */
export const migrateOrPropose = async (
  config: unknown,
  options: MigrateOptions | null = {},
): Promise<Migrated | Proposals | ConnectorError> => {
  try {
    const given = options ?? {};
    if (given.to === undefined && given.api === undefined) return await proposeModels(config, given.row);
    const migration = migrateConfig(config, given);
    if (migration instanceof ConnectorError) return migration;
    return { ...migration, difference: await differenceOf(migration.from.body, migration.to.body) };
  } catch (cause) {
    return new ConnectorError("invalid_config", "They are not plain JSON.", { cause });
  }
};
