import { table } from "./statements.js";

/** Whether a ledger's address is one of a database, and not of a file. */
export const isDatabase = (ledger: string): boolean => /^postgres(ql)?:\/\//i.test(ledger);

/** An address for people: without user, password and options. */
export const placeOf = (url: string): string => {
  const [, scheme, rest = ""] = /^(\w+:\/\/)([^?#]*)/.exec(url) ?? [];
  return `${scheme}${rest.slice(rest.lastIndexOf("@") + 1)} ${table}`;
};
