import { geographies } from "./geographies.js";
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
  // Only good for telling that a profile leaves a place: where data goes, GetInferenceProfile says, and the check asks it.
  const beginning = geographies[geography]?.reach;
  if (beginning === undefined) return geography === "global" ? "outside" : "unknown";
  if (allowed.some((entry) => entry.endsWith("-") && beginning.startsWith(entry))) return "inside";
  return allowed.some((entry) => entry.startsWith(beginning)) ? "unknown" : "outside";
};

/** The settings' text as a list. */
export const readResidency = (text: string): readonly string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
