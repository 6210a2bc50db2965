/**
 * Calls `stop` when the reader of stdout or stderr goes away, as in `| head`, or nothing more can be written to it, in place
 * of the program's end. Returns what ends that.
 */
export const onReaderGone = (stop: () => void): (() => void) => {
  listeners.add(stop);
  return () => {
    listeners.delete(stop);
  };
};

/** Tells those who have work to end that a reader is gone. False where nobody has. */
export const tellReaderGone = (): boolean => {
  for (const stop of listeners) stop();
  return listeners.size > 0;
};

const listeners = new Set<() => void>();

/** As a shell says it of a program that SIGPIPE has ended. */
export const readerGoneCode = 141;
