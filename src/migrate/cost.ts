import { type JsonObject, textBytes, valueAt } from "../core/json.js";
import { assumedBytesPerToken, assumedOutput } from "../models/prices/estimate.js";
import { type Price, priceOf } from "../models/prices/price.js";
import { costOf } from "../models/prices/rates.js";
import type { Side } from "./target.js";
import { tokenizerOf } from "./tokens.js";

/** What 1,000 rows cost, in US dollars. */
export interface CostOfThousand {
  /** US dollars for a million tokens; `null` where the price is not known. */
  readonly price: Price | null;
  /** Of one row. Output is taken to be as long as before: a third of the limit where it is not known. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Where these are from: a ledger's counts of so many rows, an estimate of those in the new model's count, or of a row's text. */
  readonly tokens_by:
    | { readonly is: "counted" | "converted"; readonly rows: number }
    | { readonly is: "estimated"; readonly why: string };
  readonly usd: number | null;
}

/** The mean tokens of a row, as a ledger has counted them. */
export interface CountedTokens {
  readonly rows: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** What tokens are guessed by, where they are not counted. */
interface Guess {
  readonly body: JsonObject;
  /** Tokens of an answer in no model's count. */
  readonly output: number;
}

/** @param counted what rows took with the model of `from`, or why that is not known */
export const costOfThousand = (
  side: Side,
  region: string,
  { body, output }: Guess,
  counted: CountedTokens | string,
  from: Side,
): CostOfThousand => {
  const { ratio } = tokenizerOf(side);
  const convert = side.modelId === from.modelId ? 1 : ratio / tokenizerOf(from).ratio;
  const isEstimated = typeof counted === "string";
  const input_tokens = isEstimated
    ? Math.ceil((textBytes(body) / assumedBytesPerToken) * ratio)
    : Math.round(counted.input_tokens * convert);
  const written = isEstimated ? Math.ceil(output * ratio) : Math.round(counted.output_tokens * convert);
  const output_tokens = side.form.talk.is === "vector" ? 0 : written;
  const price = priceOf(
    { modelId: side.modelId, candidateModelIds: [side.modelId, side.baseId], region, serviceTier: null },
    null,
  );
  const one = costOf(price, { input: input_tokens, output: output_tokens });
  return {
    price,
    input_tokens,
    output_tokens,
    tokens_by: isEstimated
      ? { is: "estimated", why: counted }
      : { is: side.modelId === from.modelId ? "counted" : "converted", rows: counted.rows },
    usd: one === null ? null : Math.round(one * 1e9) / 1e6,
  };
};

/** Tokens of one answer in no model's count. */
export const assumedAnswer = (side: Side, body: JsonObject): number => {
  const limit = side.form.words.maxTokens?.at
    .map((path) => valueAt(body, path))
    .find((value) => typeof value === "number");
  return assumedOutput(typeof limit === "number" ? limit : null) / tokenizerOf(side).ratio;
};
