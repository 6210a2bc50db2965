/** Keys of requests. */
export interface KeySet {
  /** Adds a key. False where it is there already. */
  add(key: string): boolean;
  has(key: string): boolean;
  size(): number;
}

/**
 * Millions stay small: 8 bytes a slot, for 52 bits of a key, by which two of a million are taken for one in one run of nine
 * thousand.
 */
export const createKeySet = (): KeySet => {
  let slots = new Float64Array(1024);
  let size = 0;
  return {
    add(key) {
      const mark = markOf(key);
      if (slots[slotOf(slots, mark)] === mark) return false;
      if (++size > slots.length * fullest) slots = grown(slots);
      slots[slotOf(slots, mark)] = mark;
      return true;
    },
    has(key) {
      const mark = markOf(key);
      return slots[slotOf(slots, mark)] === mark;
    },
    size: () => size,
  };
};

const markOf = (key: string): number => Number.parseInt(key.slice(0, 13), 16) + 1;

const fullest = 0.8;

/** Where a mark is or would be. An empty slot is 0. */
const slotOf = (slots: Float64Array, mark: number): number => {
  let slot = mark % slots.length;
  while (slots[slot] !== 0 && slots[slot] !== mark) slot = (slot + 1) % slots.length;
  return slot;
};

const grown = (slots: Float64Array): Float64Array<ArrayBuffer> => {
  const larger = new Float64Array(Math.ceil(slots.length * 1.5));
  for (const mark of slots) if (mark !== 0) larger[slotOf(larger, mark)] = mark;
  return larger;
};
