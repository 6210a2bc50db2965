import { crc32 } from "node:zlib";

/** Chance that comes out the same for the same seed. */
export interface Chance {
  /** 0 to 1. */
  next(): number;
  happens(share: number): boolean;
  /** A whole number, both ends among them. */
  whole(from: number, to: number): number;
  pick<One>(list: readonly One[]): One;
  /** What is met of things that come up by their shares; `null` for none. */
  meet<Name extends string>(shares: Readonly<Partial<Record<Name, number>>>): Name | null;
  /** A chance of its own, by a name: what is drawn of it changes nothing that is drawn elsewhere. */
  of(name: string): Chance;
}

export const chanceOf = (seed: number): Chance => {
  let state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    happens: (share) => next() < share,
    whole,
    pick: (list) => list[whole(0, list.length - 1)] as (typeof list)[number],
    meet: <Name extends string>(shares: Readonly<Partial<Record<Name, number>>>) =>
      (Object.keys(shares) as Name[]).find((name) => next() < (shares[name] ?? 0)) ?? null,
    of: (name) => chanceOf(crc32(name, seed >>> 0)),
  };
};
