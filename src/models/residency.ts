import type { ModelId } from "./model-id.js";

/** Whether a call may be worked on outside the regions that the settings allow; `unknown` needs asking AWS. */
type Whereabouts = "inside" | "outside" | "unknown";

/**
 * @param allowed whole regions, or beginnings of regions that end with `-`
 * @param regions where a profile sends its calls, if that was asked; `""` stands for anywhere
 */
export const whereabouts = (
  allowed: readonly string[],
  region: string,
  { kind, geography }: ModelId,
  regions: readonly string[] | null,
): Whereabouts => {
  const allows = (place: string): boolean =>
    allowed.some((entry) => (entry.endsWith("-") ? place.startsWith(entry) : place === entry));
  if (!allows(region)) return "outside";
  if (regions) return regions.every(allows) ? "inside" : "outside";
  if (kind === "application_profile" || kind === "other") return "unknown";
  if (geography === null) return "inside";
  const beginning = beginnings[geography];
  if (beginning === undefined) return geography === "global" ? "outside" : "unknown";
  if (allowed.some((entry) => entry.endsWith("-") && beginning.startsWith(entry))) return "inside";
  return allowed.some((entry) => entry.startsWith(beginning)) ? "unknown" : "outside";
};

/**
 * What the regions behind a profile begin with, by the beginning of its id. Only good for telling that a profile
 * leaves a place: AWS says to ask GetInferenceProfile, not the id, where data goes, and the check does.
 */
const beginnings: Readonly<Record<string, string>> = {
  us: "us-",
  "us-gov": "us-gov-",
  eu: "eu-",
  apac: "ap-",
  au: "ap-",
  jp: "ap-",
  in: "ap-",
};

/** The settings' text as a list. */
export const readResidency = (text: string): readonly string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
