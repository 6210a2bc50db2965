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
