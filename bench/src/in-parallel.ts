/** Puts all items through `work`, so many at a time, and gives the results in their order. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const source = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of source) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
