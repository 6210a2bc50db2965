import type { ModelRule } from "./family.js";

/** Where a body keeps what rules speak of, as JMESPath by the key that they call it, the documented place first. */
type Places = Readonly<Record<string, readonly [string, ...string[]]>>;

/**
 * Rules for bodies of another shape: `when` finds each key at its place, and `{key}` in `says` is where to look for it.
 * A rule that reads a key without a place finds nothing there; without any places, bodies are as the rules take them.
 */
export const rulesAt = (places: Places, rules: readonly ModelRule[]): readonly ModelRule[] => {
  const moved = Object.entries(places).map(([key, paths]) => `${key}: ${paths.join(" || ")}`);
  return rules.map((rule) => ({
    ...rule,
    when: moved.length > 0 ? `{${moved.join(", ")}} | ${rule.when}` : rule.when,
    says: rule.says.replace(/\{(\w+)\}/g, (_, key: string) => places[key]?.[0] ?? key),
  }));
};
