import { type JsonObject, textBytes, valueAt } from "../core/json.js";
import { assumedBytesPerToken, assumedOutput } from "../models/prices/estimate.js";
import { type Price, priceOf } from "../models/prices/price.js";
import { costOf } from "../models/prices/rates.js";
import type { Side } from "./target.js";
import { tokenizerOf } from "./tokens.js";

/** What 1,000 rows like the sample cost, in US dollars. */
export interface CostOfThousand {
  /** US dollars for a million tokens; `null` where the price is not known. */
  readonly price: Price | null;
  /** Of one row. Output is taken to be as long as before: a third of the limit where it is not known. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly usd: number | null;
}

export const costOfThousand = (
  side: Side,
  body: JsonObject,
  region: string,
  output: number,
): CostOfThousand => {
  const { ratio } = tokenizerOf(side);
  const input_tokens = Math.ceil((textBytes(body) / assumedBytesPerToken) * ratio);
  const output_tokens = side.form.talk.is === "vector" ? 0 : Math.ceil(output * ratio);
  const price = priceOf(
    { modelId: side.modelId, candidateModelIds: [side.modelId, side.baseId], region, serviceTier: null },
    null,
  );
  const one = costOf(price, { input: input_tokens, output: output_tokens });
  return { price, input_tokens, output_tokens, usd: one === null ? null : Math.round(one * 1e9) / 1e6 };
};

/** Tokens of one answer in no model's count. */
export const assumedAnswer = (side: Side, body: JsonObject): number => {
  const limit = side.form.words.maxTokens?.at
    .map((path) => valueAt(body, path))
    .find((value) => typeof value === "number");
  return assumedOutput(typeof limit === "number" ? limit : null) / tokenizerOf(side).ratio;
};
