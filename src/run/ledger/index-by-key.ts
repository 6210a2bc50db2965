import { type EntryState, entryStates } from "./entry.js";

/** Where the latest entry of a key stands. */
export interface Place {
  readonly offset: number;
  readonly state: EntryState;
}

/**
 * Keys to places in typed arrays: 17 bytes a slot, so that a million rows stay small. It knows 64 bits of a key;
 * who reads the entry at the place compares the whole key.
 */
export interface KeyIndex {
  readonly size: number;
  get(key: string): Place | null;
  set(key: string, place: Place): void;
}

export const createKeyIndex = (): KeyIndex => {
  let table = createTable(1024);
  let size = 0;
  return {
    get size() {
      return size;
    },
    get(key) {
      const slot = findSlot(table, high(key), low(key));
      const state = entryStates[(table.states[slot] ?? 0) - 1];
      return state ? { offset: table.offsets[slot] ?? 0, state } : null;
    },
    set(key, place) {
      if (size + 1 > table.capacity * fullest) table = grow(table);
      const [highBits, lowBits] = [high(key), low(key)];
      const slot = findSlot(table, highBits, lowBits);
      if (table.states[slot] === 0) size++;
      fill(table, slot, highBits, lowBits, place.offset, entryStates.indexOf(place.state) + 1);
    },
  };
};

/** Open addressing. State 0 is an empty slot. */
interface Table {
  readonly capacity: number;
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
  readonly offsets: Float64Array;
  readonly states: Uint8Array;
}

const fullest = 0.8;

const createTable = (capacity: number): Table => ({
  capacity,
  highs: new Uint32Array(capacity),
  lows: new Uint32Array(capacity),
  offsets: new Float64Array(capacity),
  states: new Uint8Array(capacity),
});

const high = (key: string): number => Number.parseInt(key.slice(0, 8), 16);
const low = (key: string): number => Number.parseInt(key.slice(8, 16), 16);

const findSlot = ({ capacity, highs, lows, states }: Table, high: number, low: number): number => {
  let slot = high % capacity;
  while (states[slot] !== 0 && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) % capacity;
  return slot;
};

const fill = (table: Table, slot: number, high: number, low: number, offset: number, state: number): void => {
  table.highs[slot] = high;
  table.lows[slot] = low;
  table.offsets[slot] = offset;
  table.states[slot] = state;
};

const grow = (old: Table): Table => {
  const table = createTable(Math.ceil(old.capacity * 1.5));
  for (let slot = 0; slot < old.capacity; slot++) {
    const state = old.states[slot] ?? 0;
    if (state === 0) continue;
    const [high, low] = [old.highs[slot] ?? 0, old.lows[slot] ?? 0];
    fill(table, findSlot(table, high, low), high, low, old.offsets[slot] ?? 0, state);
  }
  return table;
};
