import { listPrices } from "../../generated/prices.js";
import { keysOf, type Priced } from "./price-keys.js";
import { batchTier, type ModelPrice, type PriceTable, type Rates, type TierRates } from "./rates.js";

/** Rates, and where they come from. */
export interface Price extends Rates {
  readonly source: string;
  /** `null` where the source is not dated. */
  readonly date: string | null;
}

/**
 * The price of a model's tokens: of the user's own table, else the list price. `null` where it is not known, as it
 * is for every tier but the default one, unless the table names it.
 */
export const priceOf = (priced: Priced, own: PriceTable | null): Price | null => {
  const keys = keysOf(priced);
  if (own) {
    const price = find(own, [priced.modelId, ...keys.exact, ...keys.base], priced.serviceTier);
    if (price) return price;
  }
  const tables: readonly PriceTable[] = listPrices;
  for (const table of tables) {
    const price = find(table, keys.exact, priced.serviceTier);
    if (price) return price;
  }
  return null;
};

/** The prices of every tier that has one, by the tier: a call may be served by another than it asked for. */
export const pricesOfTiers = (priced: Priced, own: PriceTable | null): TierRates =>
  Object.fromEntries(
    tiers.flatMap((serviceTier) => {
      const price = typeof priced.modelId === "string" && priceOf({ ...priced, serviceTier }, own);
      return price ? [[serviceTier, price]] : [];
    }),
  );

const tiers = ["default", "priority", "flex", "reserved", batchTier];

/** What a price is looked up for, in words. A tier is named where it may be why there is none. */
export const pricedInWords = ({ modelId, region, serviceTier }: Priced): string =>
  `${modelId} in ${region}${isStandard(serviceTier) ? "" : ` at the tier ${serviceTier}`}`;

const isStandard = (tier: string | null): tier is "default" | null => tier === null || tier === "default";

const find = (
  { prices, source = "prices_file", date }: PriceTable,
  keys: readonly string[],
  tier: string | null,
): Price | null => {
  const key = keys.find((candidate) => Object.hasOwn(prices, candidate));
  const price = key === undefined ? undefined : prices[key];
  const rates = isStandard(tier) ? price : price?.service_tiers?.[tier];
  if (!rates) return null;
  const { service_tiers: _, ...standard } = rates as ModelPrice;
  return { ...standard, source, date: date ?? null };
};
