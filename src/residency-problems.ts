import { type Answer, type Backing, known } from "./bedrock/control-answers.js";
import type { Connection } from "./connection/connection.js";
import type { Problem } from "./connection/rules.js";
import { whereabouts } from "./residency.js";
import { readTarget } from "./target.js";

/** What of a connection would let rows leave the regions that `residency` allows. */
export const residencyProblems = (connection: Connection, asked: Answer<Backing> | null): Problem[] => {
  const { residency, region, modelId } = connection;
  if (residency === null || typeof modelId !== "string" || typeof region !== "string") return [];
  const target = readTarget(modelId);
  if (whereabouts(residency, region, { ...target, kind: "model", geography: null }, null) === "outside")
    return [
      {
        field: "region",
        sentence: `is not among the regions that residency allows (${residency.join(", ")})`,
      },
    ];
  const regions = known(asked)?.regions ?? null;
  const verdict = whereabouts(residency, region, target, regions);
  if (verdict === "inside") return [];
  const field = connection.familyHints[0] === modelId ? "model_id" : "inference_profile";
  return [
    { field, sentence: verdict === "outside" ? leaves(residency, regions) : mayLeave(residency, asked) },
  ];
};

/** Why AWS did not tell what stands behind an id. */
export const whyNot = (asked: Answer<unknown>): string =>
  asked.is === "unasked" ? asked.why : "it has none of this name in this region and account";

const leaves = (residency: readonly string[], regions: readonly string[] | null): string =>
  `is a profile that reaches regions which residency (${residency.join(", ")}) does not allow` +
  `${regions ? `: ${regions.map((region) => region || "any region").join(", ")}` : ""}. Choose a profile that stays there`;

const mayLeave = (residency: readonly string[], asked: Answer<Backing> | null): string =>
  `may reach regions that residency (${residency.join(", ")}) does not allow` +
  `${asked ? `, and AWS does not tell: ${whyNot(asked)}` : ""}`;
