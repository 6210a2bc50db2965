import { type Template as LiquidTemplate, Output, type Token, Tokenizer, TokenKind, Value } from "liquidjs";

/**
 * The first place of some parts where two values stand without an operator between them, of which Liquid would take one
 * and drop the other: mostly the name of a column with a blank in it. `null` where there is none.
 */
export const twoValues = (parts: readonly LiquidTemplate[]): string | null => {
  for (const part of parts) {
    const text = part.token.getText();
    if (part instanceof Output && leavesARest(part)) return text;
    for (const argument of part.arguments?.() ?? [])
      if (argument instanceof Value && countValues([...argument.initial.postfix]) > 1) return text;
    const inner = twoValues(childrenOf(part));
    if (inner !== null) return inner;
  }
  return null;
};

/** How a placeholder is written for a column of any name. In JSON text the quotes are `\"` or `'`. */
export const byName = (name: string): string =>
  `{{ record[${JSON.stringify(name)}] }}, with \\" or ' for the quotes inside JSON text`;

/** What stands for a column in a placeholder, before its filters. */
export const nameIn = (placeholder: string): string =>
  placeholder.replace(/^\{[{%]-?\s*|\s*-?[%}]\}$/g, "").split(/\s*[|,;]/)[0] ?? "";

/** Words of Liquid for nothing that a leaf prints, where a column of that name was perhaps meant. */
export const wordsPrinted = ({ parts }: { readonly parts: readonly LiquidTemplate[] }): string[] =>
  parts.flatMap((part): string[] => {
    if (!(part instanceof Output)) return wordsPrinted({ parts: childrenOf(part) });
    const [first, second] = part.value.initial.postfix;
    const word = second === undefined && first?.kind === TokenKind.Literal ? first.getText() : "";
    return /^(empty|blank|nil|null)$/.test(word) ? [word] : [];
  });

const childrenOf = (part: LiquidTemplate): LiquidTemplate[] => {
  const walk = part.children?.(false, true);
  if (!walk) return [];
  for (let step = walk.next(); ; step = walk.next()) if (step.done) return step.value;
};

/** Values that an expression in postfix order leaves behind. */
const countValues = (postfix: readonly Token[]): number =>
  postfix.reduce((count, token) => {
    if (token.kind !== TokenKind.Operator) return count + 1;
    return token.getText() === "not" ? count : count - 1;
  }, 0);

const leavesARest = ({ token }: Output): boolean => {
  const { input, file, contentRange } = token as Token & { contentRange: [number, number] };
  const tokenizer = new Tokenizer(input, undefined, file, contentRange);
  tokenizer.readFilteredValue();
  tokenizer.skipBlank();
  return !tokenizer.end();
};
