import { setTimeout as sleep } from "node:timers/promises";

/** What a rule found wrong. Its message tells what was expected and what came. */
class Violation extends Error {
  override readonly name = "Violation";
}

/** Why a rule cannot be judged here. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** Ends a rule with a violation unless `holds`. */
export const must: (holds: unknown, sentence: string) => asserts holds = (holds, sentence) => {
  if (!holds) throw new Violation(sentence);
};

/** Ends a rule as one that does not apply. */
export const skip = (because: string): never => {
  throw new NotApplicable(because);
};

/** A value for a sentence, cut short. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 160).toWellFormed()}…` : text;
};

/** The work's result; a violation with this sentence where that takes longer. */
export const within = async <T>(
  seconds: number,
  work: () => Promise<T>,
  sentence = `it did not end within ${seconds} s`,
): Promise<T> => {
  const started = performance.now();
  const done = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: done.signal, ref: false }).then(() =>
    must(false, sentence),
  );
  try {
    const result = (await Promise.race([work(), late])) as T;
    // Work that never gives way lets no timer fire.
    must(performance.now() - started < seconds * 1000, sentence);
    return result;
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
};
