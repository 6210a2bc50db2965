import { baseModelId } from "../find-family.js";
import { geographies } from "../geographies.js";

/** What decides on the price of a call. */
export interface Priced {
  /** What goes on the wire: a model id, profile id or ARN. */
  readonly modelId: string;
  /** The ids that may name the model behind an ARN. */
  readonly candidateModelIds: readonly string[];
  readonly region: string;
  /** The regions behind a profile, where AWS was asked; `""` stands for anywhere. */
  readonly regions?: readonly string[];
  readonly serviceTier: string | null;
}

/**
 * The keys under which a price table may hold a call's price, the most exact first. A profile's price is looked up
 * under its own geography, a call without a profile under that of its region. List prices of bare ids are those
 * of the big US regions; elsewhere they may be higher, so they are not taken. `base` is for tables that mean their
 * bare ids for everywhere.
 */
export const keysOf = (priced: Priced): { exact: string[]; base: string[] } => {
  const id = pricedId(priced);
  const base = id === null ? null : baseModelId(id);
  if (id === null || base === null) return { exact: [], base: [] };
  const scopes = scopesOf(priced, /(?:^|\/)([\w-]+)\.$/.exec(id.slice(0, -base.length))?.[1]);
  const exact = scopes.map((scope) => `${scope}.${base}`);
  if (scopes.includes("us")) exact.push(base);
  if (!scopes.includes("global") && !scopes.includes("us-gov")) exact.push(`regional.${base}`);
  return { exact, base: [base] };
};

/** What AWS says of an ARN that hides its model goes before what `model_id` says of it. */
const scopesOf = ({ modelId, region, regions }: Priced, profile: string | undefined): string[] => {
  const told = baseModelId(modelId) === null ? regions : undefined;
  if (told?.includes("")) return ["global"];
  return profile === undefined || (told && profile === "global") ? geographiesOf(region) : [profile];
};

/**
 * The id that names what is paid for: an application profile has its model's price, a provisioned model has none.
 */
const pricedId = ({ modelId, candidateModelIds }: Priced): string | null => {
  if (baseModelId(modelId) !== null) return modelId;
  if (!/:application-inference-profile\//.test(modelId)) return null;
  return candidateModelIds.find((id) => baseModelId(id) !== null) ?? null;
};

/** The geographies of profiles whose prices hold in a region. */
const geographiesOf = (region: string): string[] =>
  Object.keys(geographies).filter((name) => name !== "global" && geographies[name]?.callers.test(region));
