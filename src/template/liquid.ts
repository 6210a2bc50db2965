import { type Context, Liquid } from "liquidjs";
import { dateFilters } from "./date-filters.js";
import { fence } from "./fence.js";
import { hostFilters } from "./host-filters.js";

type Show = (this: { readonly context: Context }, value: unknown) => string;

/**
 * A Liquid engine with no file access, only own properties, unknown names as errors, and bounded work. It knows
 * the four filters that Multiwoven's host adds to Liquid, `fence`, and prints dates the same everywhere. `show` turns values
 * into text.
 */
export const createLiquid = (show?: Show): Liquid => {
  const liquid = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    parseLimit: 1_000_000,
    renderLimit: 1_000,
    memoryLimit: 10_000_000,
    ...(show && { outputEscape: show }),
  });
  for (const tag of unwanted) delete liquid.tags[tag];
  // It would skip the way that structures become text; nothing is escaped here anyway.
  delete liquid.filters.raw;
  for (const [name, filter] of Object.entries({ ...hostFilters, ...dateFilters }))
    liquid.registerFilter(name, filter);
  liquid.registerFilter("fence", fence);
  return liquid;
};

/** Tags that read files, or that count in the record itself. */
const unwanted = ["include", "render", "layout", "block", "increment", "decrement"];
