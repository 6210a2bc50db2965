import { parseExact, writeJson } from "../core/exact-json.js";
import { isObject } from "../core/json.js";

/** The entry of a call's metadata that holds its key, by which the account's logs tell what became of it. */
export const callKeyName = "bedrock_model_call";

/** The metadata of an InvokeModel call, for its header. */
export const callMetadata = (key: string): string => `{"${callKeyName}":"${key}"}`;

/**
 * A body of Converse with the key among its metadata. Those that the user's own request has stay; where they are as many
 * as the service takes, or no object, they are left as they are.
 */
export const withCallKey = (body: string, key: string): string => {
  if (!body.includes('"requestMetadata"'))
    return body.length > 2 ? `${body.slice(0, -1)},"requestMetadata":${callMetadata(key)}}` : body;
  const parsed = parseExact(body);
  if (!isObject(parsed)) return body;
  const { requestMetadata: own = {} } = parsed;
  if (!isObject(own)) return body;
  const all = { ...own, [callKeyName]: key };
  return Object.keys(all).length > mostEntries ? body : writeJson({ ...parsed, requestMetadata: all });
};

/** Entries that the service takes. */
const mostEntries = 16;
