import { ConnectorError } from "../core/errors.js";
import { Scalar } from "../core/exact-number.js";
import { isObject } from "../core/json.js";
import type { Target } from "../tables/statement.js";
import type { Plan } from "./plan.js";

/** Where a plan's enriched rows go, and the record's field that names them there; `null` where nowhere. */
export const placeOf = ({ connection, columns }: Plan): Place | null => {
  const { writeBack } = connection;
  if (!writeBack) return null;
  const { url, table, key } = writeBack;
  const named = writeBack.columns ?? Object.fromEntries(columns.names.map((name) => [name, name]));
  const { [key]: keyField = key, ...others } = named;
  return { target: { url, table, key, columns: others, mode: "upsert" }, keyField };
};

interface Place {
  readonly target: Target;
  readonly keyField: string;
}

/** The fields of a record, other than output columns, that its place takes. Without them it is not sent. */
export const fieldsForPlace = (plan: Plan): string[] => {
  const place = placeOf(plan);
  if (!place) return [];
  const own = new Set([...plan.columns.names, "_bedrock"]);
  const paths = Object.values(place.target.columns).filter((path) => !own.has(path));
  return [...new Set([place.keyField, ...paths.map((path) => path.split(".")[0] ?? "")])].filter(
    (name) => !own.has(name),
  );
};

/** Why a record has no place in the table, before it is sent; `null` for one that has, and where there is no table. */
export const placeless = (record: unknown, plan: Plan): ConnectorError | null => {
  const place = placeOf(plan);
  if (!place || !isObject(record)) return null;
  const { keyField } = place;
  const missing = fieldsForPlace(plan).find((name) => !Object.hasOwn(record, name));
  if (missing !== undefined)
    return new ConnectorError("missing_column", `write_back_columns and write_back_key need ${missing}.`);
  const key = record[keyField];
  const isKey = key instanceof Scalar || (keyTypes.has(typeof key) && key !== "");
  if (isKey || plan.columns.names.includes(keyField)) return null;
  return new ConnectorError(
    "missing_column",
    `${keyField}, by which write_back_table knows the row, has no value.`,
  );
};

const keyTypes: ReadonlySet<string> = new Set(["string", "number", "bigint", "boolean"]);
