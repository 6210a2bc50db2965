import { createHmac, hash } from "node:crypto";

/** A request that is not signed yet. It has no query. */
export interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Signs a request: its headers, and those that signing adds. `stamp` is a time as `timeStamp` writes it. */
type Sign = (request: Unsigned, keys: Keys, stamp: string) => Record<string, string>;

/**
 * AWS Signature Version 4 for Bedrock, to the byte what the SDK's `SignatureV4` makes, in a tenth of its time: that
 * one hashes the credentials and goes through a dozen promises for each request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const createSign = (region: string): Sign => {
  const signingKey = createSigningKey(region);
  return ({ method, path, headers, body }, keys, stamp) => {
    const payload = hash("sha256", body, "hex");
    const all: Record<string, string> = { ...headers, "x-amz-date": stamp };
    if (keys.sessionToken) all["x-amz-security-token"] = keys.sessionToken;
    all["x-amz-content-sha256"] = payload;

    const lines: Record<string, string> = {};
    for (const name in all) {
      const lower = name.toLowerCase();
      if (!unsigned.test(lower)) lines[lower] = `${lower}:${oneLine(all[name] as string)}\n`;
    }
    const names = Object.keys(lines).sort();
    const signed = names.join(";");
    const canonical = `${method}\n${canonicalPath(path)}\n\n${names.map((name) => lines[name]).join("")}\n${signed}\n${payload}`;

    const scope = `${stamp.slice(0, 8)}/${region}/bedrock/aws4_request`;
    const toSign = `${algorithm}\n${stamp}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = createHmac("sha256", signingKey(keys, stamp.slice(0, 8)))
      .update(toSign)
      .digest("hex");
    all.authorization = `${algorithm} Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
  };
};

/** A time as signatures write it: 20261124T125842Z. */
export const timeStamp = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;

const algorithm = "AWS4-HMAC-SHA256";

/** Headers that what lies between may change. */
const unsigned =
  /^(?:authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

const oneLine = (value: string): string =>
  value
    .replace(/[\r\n]/g, " ")
    .replace(/[ \t]+/g, " ")
    .replace(/^ | $/g, "");

/** Without empty and dot segments, and escaped once more than on the wire. */
const canonicalPath = (path: string): string => {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".")
      segments.push(encodeURIComponent(segment).replace(/[!'()*]/g, hex));
  }
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
};

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** The key of a day, made when the day or the secret is another. */
const createSigningKey = (region: string) => {
  let made: { secret: string; day: string; key: Buffer } = { secret: "", day: "", key: Buffer.alloc(0) };
  return ({ secretAccessKey: secret }: Keys, day: string): Buffer => {
    if (made.secret === secret && made.day === day) return made.key;
    const hmac = (key: string | Buffer, text: string): Buffer =>
      createHmac("sha256", key).update(text).digest();
    const key = [day, region, "bedrock", "aws4_request"].reduce<Buffer | string>(
      hmac,
      `AWS4${secret}`,
    ) as Buffer;
    made = { secret, day, key };
    return key;
  };
};
