/** What a row found wrong. Its message tells what was expected and what came. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Why a row cannot be judged here. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** Ends a row with a violation unless `holds`. */
export const must: (holds: unknown, sentence: string) => asserts holds = (holds, sentence) => {
  if (!holds) throw new Violation(sentence);
};

/** Ends a row as one that does not apply. */
export const skip = (because: string): never => {
  throw new NotApplicable(because);
};

/** A value for a sentence, cut short. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 160).toWellFormed()}…` : text;
};
