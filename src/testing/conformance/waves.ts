/**
 * Answers in waves: the calls that are open at one moment, together, when the connector has gone on as far as it
 * can.
 */
interface Waves {
  /** What a call waits for. */
  next(): Promise<void>;
  /** One wave after the other, until the work has ended. */
  until<T>(work: Promise<T>): Promise<T>;
}

/** So that what is open at once depends on the connector, and not on how fast the machine is. */
export const createWaves = (goOn: () => Promise<void>): Waves => {
  let held: (() => void)[] = [];
  return {
    next: () =>
      new Promise((resolve) => {
        held.push(resolve);
      }),
    async until(work) {
      let ended = false;
      const end = (): void => {
        ended = true;
      };
      const over = work.then(end, end);
      while (!ended) {
        await Promise.race([goOn(), over]);
        const wave = held;
        held = [];
        for (const answer of wave) answer();
      }
      return work;
    },
  };
};
