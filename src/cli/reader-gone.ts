/**
 * Calls `stop` when the reader of stdout or stderr goes away, as in `| head`, in place of the program's end. Returns
 * what ends that.
 */
export const onReaderGone = (stop: () => void): (() => void) => {
  listener = stop;
  return () => {
    listener = undefined;
  };
};

/** Tells who has work to end that a reader is gone. False where nobody has. */
export const tellReaderGone = (): boolean => {
  listener?.();
  return listener !== undefined;
};

let listener: (() => void) | undefined;

/** As a shell says it of a program that SIGPIPE has ended. */
export const readerGoneCode = 141;
