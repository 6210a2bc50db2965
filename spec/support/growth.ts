const least = (work: () => void): number => {
  const took = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  // What else the machine and the collector of garbage do only adds to it.
  return Math.max(1, Math.min(...took));
};

/**
 * How many times as much work eight times the size makes: about 8 where it grows with the size, 64 where it grows with
 * its square, on any machine.
 */
export const growthOf = (work: (size: number) => void, size: number): number =>
  least(() => work(8 * size)) / least(() => work(size));
