import { parseExact, writeJson } from "../core/exact-json.js";
import type { InvokeRequest } from "../core/invoke.js";
import { isObject } from "../core/json.js";

/** The entry of a call's metadata by which the account's logs tell what became of it. */
export const callKeyName = "bedrock_model_call";

/**
 * What that entry says: the ledger's key and, behind a slash, which of the key's calls it is, so that an earlier one of them
 * cannot be taken for it.
 */
type Call = Pick<InvokeRequest, "key" | "claim">;
const nameOf = ({ key, claim }: Call): string => (claim === undefined ? key : `${key}/${claim}`);

/** The key and the claim of an entry; `null` for one of another form. */
export const readCall = (entry: unknown): Call | null => {
  const found = typeof entry === "string" && /^([\da-f]{32})(?:\/([\da-z-]+))?$/.exec(entry);
  if (!found) return null;
  const [, key = "", claim] = found;
  return claim === undefined ? { key } : { key, claim };
};

/** The metadata of an InvokeModel call, for its header. */
export const callMetadata = (call: Call): string => `{"${callKeyName}":"${nameOf(call)}"}`;

/**
 * A body of Converse with its call among its metadata. Those that the user's own request has stay; where they are as many
 * as the service takes, or no object, they are left as they are.
 */
export const withCallKey = (body: string, call: Call): string => {
  if (!body.includes('"requestMetadata"'))
    return body.length > 2 ? `${body.slice(0, -1)},"requestMetadata":${callMetadata(call)}}` : body;
  const parsed = parseExact(body);
  if (!isObject(parsed)) return body;
  const { requestMetadata: own = {} } = parsed;
  if (!isObject(own)) return body;
  const all = { ...own, [callKeyName]: nameOf(call) };
  return Object.keys(all).length > mostEntries ? body : writeJson({ ...parsed, requestMetadata: all });
};

/** Entries that the service takes. */
const mostEntries = 16;
