/**
 * One value, though JavaScript has no primitive for it: never an object with columns of its own. See `isObject`.
 */
export abstract class Scalar {}

/**
 * A number as its source wrote it, where JavaScript would print another text: `1.0`, `1e400`, a 64-bit id, NaN. It
 * prints as it is written, and counts and compares as a number; a template's Liquid does that by the names below.
 */
export class ExactNumber extends Scalar {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  /** What a number is carried as: itself, where it prints as it is written. */
  static of(text: string): number | ExactNumber {
    const number = Number(text);
    return String(number) === text && Number.isFinite(number) ? number : new ExactNumber(text);
  }

  toString(): string {
    return this.#text;
  }

  valueOf(): number {
    return Number(this.#text);
  }

  /** For whoever knows nothing of exact numbers: a number where that is no other number, else its text. */
  toJSON(): number | string {
    if (marking !== null) {
      marking.used = true;
      return marking.mark + this.#text;
    }
    const number = Number(this.#text);
    return isSafe(number, this.#text) ? number : this.#text;
  }

  equals(other: unknown): boolean {
    return other instanceof ExactNumber && isWhole.test(this.#text) && isWhole.test(other.#text)
      ? BigInt(this.#text) === BigInt(other.#text)
      : this.valueOf() === Number(other) && other !== null && other !== "" && typeof other !== "boolean";
  }
  gt(other: unknown): boolean {
    return this.valueOf() > Number(other);
  }
  geq(other: unknown): boolean {
    return this.valueOf() >= Number(other);
  }
  lt(other: unknown): boolean {
    return this.valueOf() < Number(other);
  }
  leq(other: unknown): boolean {
    return this.valueOf() <= Number(other);
  }

  /** Runs `write` with every exact number in its JSON as a text that begins with `mark`. */
  static marking(mark: string, write: () => string): { text: string; holdsExact: boolean } {
    const outer = marking;
    const own = { mark, used: false };
    marking = own;
    try {
      const text = write();
      return { text, holdsExact: own.used };
    } finally {
      marking = outer;
    }
  }
}

let marking: { readonly mark: string; used: boolean } | null = null;

const isWhole = /^-?\d+$/;

/** Digits beyond 2^53 are lost in a number; a fraction is as near as anybody's. */
const isSafe = (number: number, text: string): boolean =>
  Number.isFinite(number) &&
  (!Number.isInteger(number) || Number.isSafeInteger(number) || /[.eE]/.test(text));
