/** Work that goes on beside the rows, of so many of them at most. Its first failure ends both. */
export const createCrowd = (most: number) => {
  let [earlier, latest]: [Promise<void>[], Promise<void>[]] = [[], []];
  let failure: unknown;
  const ended = async (): Promise<void> => {
    await Promise.all([...earlier, ...latest]);
    if (failure !== undefined) throw failure;
  };
  return {
    ended,
    /** Resolves when there is room for more. To ask each of them who is done would take longer than all of the rest. */
    async join(work: Promise<void>): Promise<void> {
      latest.push(
        work.catch((error: unknown) => {
          failure ??= error;
        }),
      );
      if (failure !== undefined) await ended();
      if (latest.length < most / 2) return;
      await Promise.all(earlier);
      [earlier, latest] = [latest, []];
    },
  };
};
