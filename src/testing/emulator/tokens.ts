const charactersPerToken = 4;

/** A plain estimate: four characters a token, at least one. */
export const countTokens = (text: string): number => Math.max(1, Math.ceil(text.length / charactersPerToken));

interface Cut {
  readonly text: string;
  readonly tokens: number;
  /** True where the limit took something away. */
  readonly cut: boolean;
}

/** The text as far as `limit` tokens reach, never ending in half a character. */
export const cutToTokens = (text: string, limit: number): Cut => {
  const tokens = countTokens(text);
  if (tokens <= limit) return { text, tokens, cut: false };
  const start = text.slice(0, limit * charactersPerToken).replace(/[\ud800-\udbff]$/, "");
  return { text: start, tokens: limit, cut: true };
};
