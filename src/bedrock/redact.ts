import { type Json, tryParseJson } from "../core/json.js";

const hidden = "…";

/**
 * A service's message without what it may have quoted: ARNs, account ids, and every word that also stands in the
 * request body, except the words that the service's own sentences are made of.
 */
export const redact = (message: string, body: string): string => {
  const texts = stringsIn(tryParseJson(body) ?? null);
  const words = new Set(texts.flatMap((text) => text.toLowerCase().match(word) ?? []));
  const isQuoted = (part: string): boolean =>
    unspaced.test(part) ? texts.some((text) => text.includes(part)) : words.has(part);
  return message
    .replace(/arn:aws[\w-]*:[^\s"']+/g, `arn:${hidden}`)
    .replace(/\b\d{12}\b/g, hidden)
    .replace(/(["'`“‘])([^"'`”’]+)(?=["'`”’])/g, (all, quote, inner) =>
      texts.some((text) => text.includes(inner)) ? `${quote}${hidden}` : all,
    )
    .replace(word, (part) =>
      isQuoted(part.toLowerCase()) && !serviceWords.has(part.toLowerCase()) ? hidden : part,
    )
    .replace(/…(?:[^\p{L}\p{N}…"'`”’]+…)+/gu, hidden);
};

const word = /[\p{L}\p{M}\p{N}]{2,}/gu;
/** Some scripts set no blanks between words, so a part of a run of letters may be a name. */
const unspaced = /[^\p{Script=Latin}\p{M}\p{N}]/u;

/** The words of the messages that Bedrock and its validators are known to write. */
const serviceWords = new Set(
  `a access account action actual additional again all allow allowed allows an and any are argument array arn at
  bad be because bedrock been before body boolean but by call can cannot client com contain contains content
  could count data deprecated demand denied did do does doesn doesn't don enabled end error exceed exceeded exceeds
  expected extra extraneous failed field fields for format found from given group has have id identifier identity if
  in inference input inputs integer internal invalid invocation invoke invokemodel is isn isnt it items key keys
  larger least length less limit long lookup malformed many matches max maximum maxlength message messages min
  minimum minlength missing model must no not null number object of on one only operation or organization output
  parameter parse permitted perform please policy profile prompt properties property provide provided quota range
  rate reached reason reformat region request requested requests required resource response retry role roles schema
  service should size some specified string stop submit submitted such support supported system temperature text than
  that the their there these this throughput to token tokens too top try trying type unexpected unknown unsupported
  up use used user validation value values verify wait was were when which while with work your you zero
  authorized based`.match(word),
);

const stringsIn = (node: Json): string[] => {
  if (typeof node === "string") return [node];
  if (typeof node === "number") return [String(node)];
  return node !== null && typeof node === "object" ? Object.values(node).flatMap(stringsIn) : [];
};
