import { BlockList, isIP } from "node:net";
import type { Problem } from "../connection/rules.js";

/** An HTTP proxy that the environment names for some place. */
export interface HttpProxy {
  /** For messages: without user and password, and with the variable that names it. */
  readonly name: string;
  readonly variable: string;
  readonly origin: string;
  /** The header `proxy-authorization`; `null` where the URL holds no user. */
  readonly authorization: string | null;
}

/**
 * The proxy on the way to a place, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; the lower-case form of a variable goes
 * first, and an empty one names none. As undici's EnvHttpProxyAgent reads them; that one does not tell which way a
 * request took, which messages have to say, and takes no address without a scheme, no user without a password and
 * no range of addresses.
 */
export const proxyTo = (place: URL, environment: NodeJS.ProcessEnv = process.env): HttpProxy | null => {
  const variable = (place.protocol === "https:" ? [...httpsVariables, ...httpVariables] : httpVariables).find(
    (name) => environment[name] !== undefined,
  );
  if (variable === undefined || bypasses(environment.no_proxy ?? environment.NO_PROXY ?? "", place))
    return null;
  return readProxy(variable, environment[variable] ?? "");
};

/** What of the variables that name proxies cannot be used. */
export const proxyProblems = (environment: NodeJS.ProcessEnv = process.env): Problem[] =>
  [...httpsVariables, ...httpVariables]
    .filter((name) => environment[name]?.trim() && readProxy(name, environment[name]) === null)
    .map((field) => ({ field, sentence: notAProxy }));

const httpsVariables = ["https_proxy", "HTTPS_PROXY"];
const httpVariables = ["http_proxy", "HTTP_PROXY"];

const notAProxy =
  "must be the URL of an HTTP proxy, such as http://proxy.example.com:3128, and what is special in its user or " +
  "password is written as % and two digits: @ as %40, # as %23, / as %2F, \\ as %5C";

const readProxy = (variable: string, text: string): HttpProxy | null => {
  const address = text.trim();
  const url = address.includes("://") ? address : `http://${address}`;
  // An unescaped / in a password would make a host of what stands in front of it.
  if (!URL.canParse(url) || /:\/\/[^/?#\\]*[/?#\\].*@|\\/.test(url)) return null;
  const { protocol, host, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return null;
  const origin = `${protocol}//${host}`;
  return {
    name: `the proxy ${origin} (${variable})`,
    variable,
    origin,
    authorization: username || password ? basic(username, password) : null,
  };
};

const basic = (...userAndPassword: readonly [string, string]): string =>
  `Basic ${Buffer.from(userAndPassword.map(decode).join(":")).toString("base64")}`;

/** A % that begins no character stands for itself. */
const decode = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });

const bypasses = (noProxy: string, place: URL): boolean => {
  const host = bare(place.hostname);
  const port = place.port || (place.protocol === "https:" ? "443" : "80");
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && matches(entry, host, port));
};

/** `*`, a name and what is below it, an address, or a range of addresses; each but the range may name a port. */
const matches = (entry: string, host: string, port: string): boolean => {
  if (entry === "*") return true;
  const [, base = "", bits] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (bits !== undefined) return isInRange(host, bare(base), Number(bits));
  const [, name = entry, only] = isIP(entry) === 6 ? [] : (/^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? []);
  if (only !== undefined && only !== port) return false;
  const wanted = bare(name.replace(/^\*?\./, ""));
  return host === wanted || host.endsWith(`.${wanted}`);
};

const isInRange = (host: string, base: string, bits: number): boolean => {
  const family = isIP(base);
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  range.addSubnet(base, bits, family === 4 ? "ipv4" : "ipv6");
  return range.check(host, family === 4 ? "ipv4" : "ipv6");
};

/** A host's name or address as it is compared: without brackets and the dot of the root, IPv6 in its short form. */
const bare = (host: string): string => {
  const open = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return isIP(open) === 6 ? new URL(`http://[${open}]`).hostname.slice(1, -1) : open;
};
