import { cannotRun } from "../cli/failure.js";

/** Passes chunks on, after refusing an input that starts like a binary file or UTF-16 (both hold a NUL early). */
export async function* textChunks(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let checked = false;
  for await (const chunk of chunks) {
    if (!checked && chunk.subarray(0, 4096).includes(0)) {
      throw cannotRun(
        `${name} is not UTF-8 text (it may be UTF-16, compressed, or a spreadsheet); save it as UTF-8 text first`,
      );
    }
    checked = true;
    yield chunk;
  }
}

/** Splits bytes into lines without their "\n". A line may span any number of chunks. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, at);
      yield parts.length === 0 ? part : Buffer.concat([...parts, part]);
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/**
 * Passes a pipe on to its end. Once `signal` is aborted, a pipe that stays silent for `quietMs` counts as ended:
 * its writer may be waiting for us, or run forever.
 */
export async function* untilQuiet(
  pipe: AsyncIterable<Buffer>,
  signal: AbortSignal,
  quietMs = 1000,
): AsyncGenerator<Buffer> {
  const iterator = pipe[Symbol.asyncIterator]();
  for (;;) {
    const next = iterator.next();
    const silence = silenceAfter(signal, quietMs);
    const step = await Promise.race([next, silence.passed]).finally(silence.cancel);
    if (step === undefined) next.catch(() => undefined);
    if (step === undefined || step.done) return;
    yield step.value;
  }
}

/** `passed` resolves `ms` after the abort, or after now when it was before. `cancel` leaves nothing behind. */
function silenceAfter(signal: AbortSignal, ms: number): { passed: Promise<undefined>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let begin = (): void => undefined;
  const passed = new Promise<undefined>((resolve) => {
    begin = () => {
      timer = setTimeout(resolve, ms, undefined);
    };
  });
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin);
  return {
    passed,
    cancel() {
      clearTimeout(timer);
      signal.removeEventListener("abort", begin);
    },
  };
}
