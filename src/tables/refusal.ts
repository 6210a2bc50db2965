/** Why a server, or the way to it, did not do what was asked. It holds no value of a row and no secret. */
export interface Refusal {
  /** What went wrong and, where it is known, what to do about it. */
  readonly sentence: string;
  /** The same for refusals of the same cause: the server's code, and the column or rule that it is about. */
  readonly cause: string;
  /** Whether the same may work in a moment: the connection broke, or the server has too much to do. */
  readonly passing: boolean;
  /** Whether it is certain that nothing was written. */
  readonly undone: boolean;
}

/** What the client gives on failure: a server's error has a SQLSTATE, any other has not. */
interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** Reads what the client threw. `column` is the one that was found to be at fault, where the server does not say. */
export const refusalOf = (error: unknown, column?: string): Refusal => {
  const { code = "", ...rest } = error as Failure;
  const isState = isSqlState(code);
  return {
    sentence: inWords(error),
    cause: [code, column ?? rest.column ?? rest.constraint ?? ""].join(" ").trim(),
    passing: !isState || (/^(08|40|53|57P|55P03)/.test(code) && !isPooling(rest.message)),
    undone: isState || unreached.has(code),
  };
};

/** A failure in words: the server's own where they hold names alone, and what to do about the known ones. */
export const inWords = (error: unknown): string => {
  const { code = "", message = "" } = error as Failure;
  if (!isSqlState(code))
    return [message || code || String(error), advice.get(code)].filter(Boolean).join("; ");
  // Of other classes, a message may quote a value.
  const said = /^(08|0A|23|25|28|3D|3F|42|53|55|57|58)/.test(code) ? message : meanings.get(code);
  return [`${said ?? "the server refused it"} (${code})`, adviceOn(code, message)].filter(Boolean).join("; ");
};

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);

/** A pooler that hands out its connections a statement at a time, which no transaction outlives. */
const isPooling = (message = ""): boolean => /statement pooling/.test(message);

/** Nothing can have been written where no connection was made. */
const unreached: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

const meanings: ReadonlyMap<string, string> = new Map([
  ["22001", "a value is longer than its column takes"],
  ["22003", "a number is out of its column's range"],
  ["22007", "a value is no date or time"],
  ["22008", "a date or time is out of range"],
  ["22021", "a text holds what the server's encoding has not"],
  ["22P02", "a value is not of its column's type"],
  ["22P05", "a text holds a character that the server cannot keep"],
  ["P0001", "a trigger or function of the database refused it"],
]);

const adviceOn = (code: string, message: string): string | undefined =>
  isPooling(message) ? "set the pooler's pool_mode to transaction" : advice.get(code);

const unvouched =
  "nobody vouches for the server's certificate: name its CA by sslrootcert=FILE in the URL, or encrypt without asking who it is by sslmode=require";

const advice: ReadonlyMap<string, string> = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", unvouched],
  ["SELF_SIGNED_CERT_IN_CHAIN", unvouched],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", unvouched],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", unvouched],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "connect by a name in the certificate, or check its CA alone by sslmode=verify-ca",
  ],
  ["ECONNREFUSED", "is the server running, and are host and port those of the URL?"],
  ["ENOTFOUND", "check the host in the URL"],
  ["25006", "the server takes no changes: it is a standby, or read-only by its settings"],
  ["28P01", "check user and password in the URL"],
  ["3D000", "check the database's name in the URL"],
  ["42P10", "upsert needs a unique index on the key column alone"],
]);
