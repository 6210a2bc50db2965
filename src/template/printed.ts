import {
  CycleTag,
  EchoTag,
  type Template as LiquidTemplate,
  Output,
  RawTag,
  TokenKind,
  Value,
} from "liquidjs";
import { variablesOf } from "./leaves.js";
import { childrenOf } from "./parts.js";
import { toColumn } from "./template.js";

/**
 * The columns whose values some parts print without a fence, inside tags too. A name that a tag gives to a value
 * stands for the columns behind it; what only decides between texts is not printed.
 */
export const unfencedColumns = (parts: readonly LiquidTemplate[]): string[] => {
  const names: Names = new Map();
  return [...new Set(parts.flatMap((part) => printedBy(part, names)))];
};

/** How many words of a template's own and printed values stand in some parts. */
export const countPieces = (parts: readonly LiquidTemplate[]): number =>
  parts.map(piecesOf).reduce((sum, pieces) => sum + pieces, 0);

/** The columns behind the names that tags have given so far. */
type Names = Map<string, readonly string[]>;

const printedBy = (part: LiquidTemplate, names: Names): string[] => {
  if (isPrint(part)) return columnsBehind(part, names);
  const [item] = part.blockScope?.() ?? [];
  if (item !== undefined) names.set(item, columnsBehind(part, names));
  const inner = childrenOf(part).flatMap((child) => printedBy(child, names));
  const [local] = part.localScope?.() ?? [];
  if (local === undefined) return inner;
  // Another branch may have given the name to something else.
  const before = names.get(local.content) ?? [];
  names.set(local.content, [...before, ...columnsBehind(part, names), ...inner]);
  return [];
};

/** The columns that a part's own arguments read, but for those that it puts into a fence. */
const columnsBehind = (part: LiquidTemplate, names: Names): string[] => {
  const open = [...(part.arguments?.() ?? [])].filter((argument) => !isFenced(argument));
  const bare: LiquidTemplate = { token: part.token, render: part.render, arguments: () => open };
  return variablesOf([bare]).flatMap((steps) => names.get(String(steps[0])) ?? toColumn(steps));
};

const isFenced = (argument: unknown): boolean =>
  argument instanceof Value && argument.filters.some(({ name }) => name === "fence");

const isPrint = (part: LiquidTemplate): boolean =>
  part instanceof Output || part instanceof EchoTag || part instanceof CycleTag;

const piecesOf = (part: LiquidTemplate): number => {
  if (part.token.kind === TokenKind.HTML) return part.token.getText().trim() === "" ? 0 : 1;
  return isPrint(part) || part instanceof RawTag ? 1 : countPieces(childrenOf(part));
};
