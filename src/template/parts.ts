import {
  Context,
  evalToken,
  type Template as LiquidTemplate,
  type Token,
  TokenKind,
  toValueSync,
  Value,
} from "liquidjs";

/** The parts inside a tag. */
export const childrenOf = (part: LiquidTemplate): readonly LiquidTemplate[] =>
  part.children ? toValueSync(part.children(false, true)) : [];

/** Every value that some parts make, filters and all, inside tags too. */
export const valuesIn = (parts: readonly LiquidTemplate[]): Value[] =>
  parts.flatMap((part) => [
    ...[...(part.arguments?.() ?? [])].filter((argument) => argument instanceof Value),
    ...valuesIn(childrenOf(part)),
  ]);

/** The text of a token that is a text in quotes; `undefined` for any other. */
export const textOf = (token: unknown): string | undefined => {
  if ((token as Partial<Token> | undefined)?.kind !== TokenKind.Quoted) return undefined;
  return String(toValueSync(evalToken(token as Token, new Context())));
};
