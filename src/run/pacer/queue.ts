import type { Clock } from "../../core/clock.js";

/** A queue, whose items go one after the other, each as soon as nothing keeps it. */
interface Queue<Item, Ticket> {
  /** Waits for its turn, behind the others or before them, if it has to. `null` when `stop` was aborted first. */
  join(item: Item, stop: AbortSignal, first?: boolean): Promise<Ticket | null> | Ticket | null;
  /** Lets go whoever is first, as long as nothing keeps them. To be called when that may have changed. */
  advance(): void;
  /** How many wait. */
  size(): number;
}

/**
 * @param waitFor how many milliseconds an item has to wait from now
 * @param go what happens when it need not wait, and what it is given
 */
export const createQueue = <Item, Ticket>(
  clock: Clock,
  waitFor: (item: Item) => number,
  go: (item: Item) => Ticket,
): Queue<Item, Ticket> => {
  const items: { readonly item: Item; readonly resolve: (ticket: Ticket) => void }[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;

  const advance = (): void => {
    for (let first = items[0]; first; first = items[0]) {
      const wait = waitFor(first.item);
      if (wait > 0) {
        wake(wait);
        return;
      }
      items.shift();
      first.resolve(go(first.item));
    }
  };

  const wake = (ms: number): void => {
    const at = clock.now() + ms;
    if (at >= wakeAt) return;
    wakeAt = at;
    clock.after(Math.ceil(ms), () => {
      // A later timer may be set by now; to look once more costs nothing.
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      advance();
    });
  };

  return {
    advance,
    size: () => items.length,
    join(item, stop, first = false) {
      if (stop.aborted) return null;
      if (items.length === 0 && waitFor(item) <= 0) return go(item);
      return new Promise((resolve) => {
        const waiting = {
          item,
          resolve(ticket: Ticket) {
            stop.removeEventListener("abort", leave);
            resolve(ticket);
          },
        };
        const leave = (): void => {
          items.splice(items.indexOf(waiting), 1);
          resolve(null);
          advance();
        };
        stop.addEventListener("abort", leave, { once: true });
        if (first) items.unshift(waiting);
        else items.push(waiting);
        advance();
      });
    },
  };
};
