/** What has to hold at the end of a soak, in words, and whether it does. */
export type Rule = readonly [words: string, holds: boolean];

/** Names the rules that are broken; with any, the process ends with 1. */
export const tellBroken = (rules: readonly Rule[]): void => {
  for (const [rule, holds] of rules) {
    if (holds) continue;
    process.exitCode = 1;
    console.error(`Broken: ${rule}.`);
  }
};
