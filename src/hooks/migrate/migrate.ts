import { ConnectorError } from "../../core/errors.js";
import { isObject } from "../../core/json.js";
import { type Migration, type MigrationChoice, migrateConfig } from "../../migrate/migrate.js";
import { differenceOf } from "../template-tests/difference.js";
import { countInLedger } from "./count-in-ledger.js";
import { type Proposals, proposeModels } from "./propose.js";

/** What a host may say of a migration. */
export interface MigrateOptions extends Omit<MigrationChoice, "counted"> {
  /** Rows of earlier runs: what their answers took, by the ledger, goes before an estimate of the price. */
  readonly rows?: Iterable<unknown> | AsyncIterable<unknown>;
  /** The ledger of those runs. Default: that of the settings. */
  readonly ledger?: string;
}

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
    const { rows, ledger, ...choice } = options ?? {};
    const file = ledger ?? ledgerOf(config);
    const counted = rows && file !== null && (await countInLedger(config, rows, file));
    const given = { ...choice, ...(counted && { counted }) };
    if (given.to === undefined && given.api === undefined) return await proposeModels(config, given);
    const migration = migrateConfig(config, given);
    if (migration instanceof ConnectorError) return migration;
    return { ...migration, difference: await differenceOf(migration.from.body, migration.to.body) };
  } catch (cause) {
    return new ConnectorError("invalid_config", "They are not plain JSON.", { cause });
  }
};

const ledgerOf = (config: unknown): string | null => {
  const named = isObject(config) ? config.ledger : null;
  return typeof named === "string" && named !== "" ? named : null;
};
