import { diffWordsWithSpace } from "diff";
import { type Html, html } from "./html.js";

/** A piece of both texts, or of one. */
interface Piece {
  readonly value: string;
  readonly in: "both" | "old" | "new";
}

/**
 * Two texts with the words that only one of them has marked. Texts without more than a word in common are marked as a
 * whole; texts that differ in very many places are not marked.
 */
export const marked = (old: string, fresh: string): [Html, Html] => {
  const pieces = /\s/.test(old) && /\s/.test(fresh) ? piecesOf(old, fresh) : [];
  if (pieces === null) return [html`<bdi>${old}</bdi>`, html`<bdi>${fresh}</bdi>`];
  if (!pieces.some((piece) => piece.in === "both"))
    return [html`<bdi><del>${old}</del></bdi>`, html`<bdi><ins>${fresh}</ins></bdi>`];
  const side = (mine: "old" | "new", mark: (text: string) => Html): Html =>
    html`<bdi>${pieces
      .filter((piece) => piece.in === "both" || piece.in === mine)
      .map((piece) => (piece.in === "both" ? html`${piece.value}` : mark(piece.value)))}</bdi>`;
  return [side("old", (text) => html`<del>${text}</del>`), side("new", (text) => html`<ins>${text}</ins>`)];
};

/** `null` where it would take too long to tell. Blanks between words that differ differ as well. */
const piecesOf = (old: string, fresh: string): Piece[] | null => {
  const changes = diffWordsWithSpace(old, fresh, { maxEditLength: 600 });
  if (!changes) return null;
  const pieces = changes.flatMap(({ value, added, removed }, index): Piece[] => {
    if (removed) return [{ value, in: "old" }];
    if (added) return [{ value, in: "new" }];
    const isGap = value.trim() === "" && index > 0 && index < changes.length - 1;
    return isGap
      ? [
          { value, in: "old" },
          { value, in: "new" },
        ]
      : [{ value, in: "both" }];
  });
  // Pieces of one side that follow each other are one mark.
  const joined: Piece[] = [];
  let open: { old: string; new: string } = { old: "", new: "" };
  const close = (): void => {
    if (open.old !== "") joined.push({ value: open.old, in: "old" });
    if (open.new !== "") joined.push({ value: open.new, in: "new" });
    open = { old: "", new: "" };
  };
  for (const piece of pieces)
    if (piece.in === "both") {
      close();
      joined.push(piece);
    } else open[piece.in] += piece.value;
  close();
  return joined;
};
