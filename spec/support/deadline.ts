import { mock } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Work whose timers fire only once `until` holds: then so many seconds pass at once, however long it took till
 * there.
 */
export const atDeadline = async <Result>(
  seconds: number,
  until: () => boolean,
  work: () => Promise<Result>,
): Promise<Result> => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const result = work();
    while (!until()) await nextTurn();
    mock.timers.tick(seconds * 1000);
    return await result;
  } finally {
    mock.timers.reset();
  }
};
