import type { Marks } from "./form.js";
import { chatMarks } from "./forms/marks.js";
import { cutProblem, maskLiquid, sharedName } from "./liquid-text.js";

/** A raw prompt, taken apart. */
export interface Apart {
  readonly marks: Marks;
  readonly turns: readonly Spoken[];
}

export interface Spoken {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

/**
 * The turns of a raw prompt that carries a chat template; `null` where it carries none that is known, and a sentence
 * where it does and cannot be taken apart without changing what it says.
 */
export const takeApart = (prompt: string): Apart | string | null => {
  for (const marks of chatMarks) {
    const masked = maskLiquid(`\n${prompt}`);
    if (marks.only && !marks.only.test(marks.name === "human" ? `\n${masked}` : masked)) continue;
    const cut = cutAt(prompt, marks);
    const unknown = marks.pieces?.find((piece) => cut.some(({ masked }) => masked.includes(piece)));
    if (!cut.some(({ role }) => role !== null && role !== "lead") && unknown === undefined) continue;
    if (unknown !== undefined)
      return `the prompt has ${unknown} where no turn of the system, the user or the assistant begins`;
    const spoken = cut.filter(({ text }) => text.trim() !== "");
    if (spoken.some(({ role }) => role === null)) return "words of the prompt stand outside of any turn";
    const problem = cutProblem(cut.map(({ text }) => text));
    if (problem !== null) return `${problem}, so the prompt cannot be taken apart into turns`;
    return {
      marks,
      turns: spoken.map(({ role, text }) => ({
        role: role === "lead" || role === null ? "system" : role,
        text: text.trim(),
      })),
    };
  }
  return null;
};

interface Piece {
  /** `null` outside of any turn; `lead` in front of the first mark. */
  readonly role: Spoken["role"] | "lead" | null;
  readonly text: string;
  readonly masked: string;
}

const cutAt = (prompt: string, marks: Marks): Piece[] => {
  // A mark that begins a line begins the first one too.
  const inLines = marks.opens.some(([mark]) => mark.startsWith("\n"));
  const lines = marks.opens.some(([mark]) => mark.startsWith("\n\n")) ? "\n\n" : "\n";
  const text = inLines ? `${lines}${prompt.trimStart()}` : prompt;
  const masked = maskLiquid(text);
  const known = new Map<string, Piece["role"] | "silent">([
    ...marks.opens,
    ...marks.closes.map((mark) => [mark, null] as const),
    ...(marks.silent ?? []).map((mark) => [mark, "silent"] as const),
  ]);
  const any = new RegExp(
    [...known.keys()]
      .sort((one, other) => other.length - one.length)
      .map((mark) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );
  const pieces: Piece[] = [];
  let role: Piece["role"] = marks.lead ? "lead" : null;
  let from = 0;
  const end = (at: number): void => {
    pieces.push({ role, text: text.slice(from, at), masked: masked.slice(from, at) });
  };
  for (const { 0: mark, index } of masked.matchAll(any)) {
    end(index);
    from = index + mark.length;
    const opened = known.get(mark);
    if (opened !== "silent") role = opened ?? null;
  }
  end(text.length);
  return pieces;
};

/**
 * Turns as one raw prompt; a sentence where they cannot be one. The last turn of the assistant is what it goes on with.
 */
export const putTogether = (
  name: string,
  system: readonly string[],
  turns: readonly { readonly role: "user" | "assistant"; readonly text: string }[],
): { readonly prompt: string } | string => {
  const marks = chatMarks.find((known) => known.name === name);
  if (!marks?.write) return "no chat template is known for its prompts";
  const { begin, system: own, user, assistant, cue } = marks.write;
  const shared = sharedName([...system, ...turns.map(({ text }) => text)]);
  if (shared !== null) return `${shared}, so the turns cannot be put into one prompt`;
  const said = system.join("\n\n");
  const words = (shape: string, text: string): string => shape.replace("$text", () => text);
  const last = turns.at(-1);
  const prefill = last?.role === "assistant" ? last.text : null;
  const before = prefill === null ? turns : turns.slice(0, -1);
  const written = before.map(({ role, text }, index) => {
    const folded = index === 0 && own === undefined && said !== "" ? `${said}\n\n${text}` : text;
    return words(role === "user" ? user : assistant, folded);
  });
  const head = own !== undefined && said !== "" ? words(own, said) : "";
  const gap = prefill !== null && cue === "$text" ? " " : "";
  return { prompt: `${begin}${head}${written.join("")}${gap}${words(cue, prefill ?? "")}` };
};

/** Whether a text is a mark of a chat template, which ends nothing in another one. */
export const isMark = (text: string): boolean => {
  const bare = text.trim();
  return (
    bare !== "" &&
    chatMarks.some(({ opens, closes, silent = [], pieces = [] }) =>
      [...opens.map(([mark]) => mark), ...closes, ...silent, ...pieces].some((mark) => mark.trim() === bare),
    )
  );
};
