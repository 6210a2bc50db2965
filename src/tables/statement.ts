import { quoteName, quotePart } from "./sql-names.js";

/** Where columns of records go. */
export interface Target {
  /** A connection URL; without one, the client's PGHOST, PGUSER and so on. */
  readonly url: string | undefined;
  /** `name` or `schema.name`. */
  readonly table: string;
  /** The column that names a row. */
  readonly key: string;
  /** The table's columns but for the key, each with the path of the record's field that it takes. */
  readonly columns: Readonly<Record<string, string>>;
  /** Into rows that are there, as new rows, or as whichever is needed. */
  readonly mode: "update" | "insert" | "upsert";
}

/** The statement that writes one row. Its parameters are the key and then the columns, in order. */
export const writeStatement = ({ table, key, columns, mode }: Target): string => {
  const names = Object.keys(columns);
  const places = names.map((_, index) => `$${index + 2}`);
  if (mode === "update") {
    const settings = names.map((name, index) => `${quotePart(name)} = ${places[index]}`);
    return `UPDATE ${quoteName(table)} SET ${settings.join(", ")} WHERE ${quotePart(key)} = $1`;
  }
  const insert = `INSERT INTO ${quoteName(table)} (${[key, ...names].map(quotePart).join(", ")})
    VALUES (${["$1", ...places].join(", ")})`;
  if (mode === "insert") return insert;
  const settings = names.map((name) => `${quotePart(name)} = excluded.${quotePart(name)}`);
  return `${insert} ON CONFLICT (${quotePart(key)}) DO UPDATE SET ${settings.join(", ")}`;
};

/** The statement that gives a role the rights that it needs. */
export const grantStatement = ({ table, key, columns, mode }: Target, role: string): string => {
  const list = (names: readonly string[]): string => `(${names.map(quotePart).join(", ")})`;
  const names = Object.keys(columns);
  const rights = [
    ...(mode === "insert" ? [] : [`SELECT ${list([key])}`, `UPDATE ${list(names)}`]),
    ...(mode === "update" ? [] : [`INSERT ${list([key, ...names])}`]),
  ];
  return `GRANT ${rights.join(", ")} ON ${quoteName(table)} TO ${quotePart(role)}`;
};
