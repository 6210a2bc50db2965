import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { fileFailure } from "../core/file-failure.js";
import { readRegularFile } from "../core/regular-file.js";

/** A server as a URL names it, and how it may be reached: with TLS or without, the first way that works. */
interface Address {
  /** The URL without what it says of TLS. */
  readonly url: string | undefined;
  readonly ways: readonly (ConnectionOptions | false)[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a connection URL's `sslmode` and its fellows, and the client's environment beside it, as psql does: `require`
 * encrypts and asks for no certificate that somebody vouches for, unless a root certificate is named. Where psql wants a
 * file of root certificates and there is none, Node's own are taken. Without a URL the environment says it all.
 * @throws Error with a sentence that holds nothing of the URL but the mode.
 */
export const addressOf = (url: string | undefined, env: Environment = process.env): Address => {
  const { base, host, given } = partsOf(url ?? "postgresql://");
  const said = (name: string): string | undefined => given.get(name) ?? env[`PG${name.toUpperCase()}`];
  const mode = said("sslmode") ?? (/^(true|1)$/.test(given.get("ssl") ?? "") ? "require" : "prefer");
  if (!modes.includes(mode))
    throw new Error(`sslmode is ${JSON.stringify(mode)}; it must be one of ${modes.join(", ")}`);
  const isSocket = /^(\/|%2f)/i.test(host || env.PGHOST || "");
  const tls = mode === "disable" || isSocket ? null : tlsOf(mode, said);
  for (const name of ours) given.delete(name);
  return {
    url: url === undefined ? undefined : [base, String(given)].filter(Boolean).join("?"),
    ways: tls === null ? [false] : mode === "prefer" ? [tls, false] : mode === "allow" ? [false, tls] : [tls],
  };
};

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"];

/** The parameters of a URL that are read here and not by the client. */
const ours = ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "uselibpqcompat"];

const partsOf = (url: string): { base: string; host: string; given: URLSearchParams } => {
  const [base = "", query = ""] = url.split(/\?(.*)/s);
  const given = new URLSearchParams(query);
  const [, authority] = /^postgres(?:ql)?:\/\/([^/]*)/i.exec(base) ?? [];
  // An address without a host, as that of a socket, is none to the class URL.
  const host = authority?.split("@").at(-1);
  if (host === undefined || (host !== "" && !URL.canParse(base.replace(/%2f/gi, "s"))))
    throw new Error(noUrl);
  return { base, host: given.get("host") ?? host, given };
};

const noUrl =
  "the connection string is no URL such as postgresql://user:password@host:5432/database; in a user or a password " +
  "write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25";

const tlsOf = (mode: string, said: (name: string) => string | undefined): ConnectionOptions => {
  const root = said("sslrootcert");
  const ca = root === "system" ? undefined : fileOf("sslrootcert", root, "root.crt");
  const cert = fileOf("sslcert", said("sslcert"), "postgresql.crt");
  const key = fileOf("sslkey", said("sslkey"), "postgresql.key");
  const passphrase = said("sslpassword");
  const full = mode === "verify-full" || root === "system";
  const verified = full || mode === "verify-ca" || (mode === "require" && ca !== undefined);
  return {
    ...(ca && { ca }),
    ...(cert && key && { cert, key }),
    ...(passphrase !== undefined && { passphrase }),
    rejectUnauthorized: verified,
    ...(!full && { checkServerIdentity: () => undefined }),
  };
};

/** The file that is named, or the one that psql looks for in the home folder. */
const fileOf = (name: string, given: string | undefined, usual: string): string | undefined => {
  const path = given || join(homedir(), ".postgresql", usual);
  if (!given && !existsSync(path)) return undefined;
  try {
    return readRegularFile(path);
  } catch (error) {
    throw new Error(`${name}: ${fileFailure("read", path, error).message}`, { cause: error });
  }
};
