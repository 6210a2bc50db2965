import type { Ended } from "./world.js";

/** What happened in a seed, for people: the law that was broken, the command that repeats it, and what led to it. */
export const inWords = ({ scenario, broken, about, trace }: Ended, most = 40): string => {
  const { seed, ledger, rows, workers, settings, weather } = scenario;
  // Of a short story, what happened to other rows is no part.
  const story = Number.isFinite(most)
    ? trace.filter(({ row }) => row === undefined || about === null || row === about).slice(-most)
    : trace;
  return [
    `Seed ${seed}: ${broken ?? "no law is broken"}${about === null ? "" : ` (${about})`}.`,
    `Repeat it: npm run world -- ${seed}`,
    `A ledger in ${ledger}, ${rows.length} rows, ${workers.length} places for processes.`,
    `Settings: ${JSON.stringify(settings)}`,
    `Weather: ${JSON.stringify(weather)}`,
    ...(story.length < trace.length ? [`The last ${story.length} of ${trace.length} lines:`] : []),
    ...story.map(({ at, who, what, row }) =>
      [`${at.toFixed(1).padStart(10)}  ${who.padEnd(10)}`, row && `${row}:`, what].filter(Boolean).join(" "),
    ),
  ].join("\n");
};
