import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Sample } from "./account.js";
import type { Run } from "./measure.js";

/** Calls let in and calls rejected, each second, a row of pictures for each client and a column for each world, as SVG. */
export const drawThrottling = (
  runs: readonly { readonly client: string; readonly world: string; readonly run?: Run | undefined }[],
  seconds: number,
): Promise<string> => {
  // One that did not run still has its place.
  const values = runs.flatMap(({ client, world, run }) =>
    (run ? eachSecond(run.server.samples, seconds) : [{ second: 0 }]).map((second) => ({
      client,
      world,
      ...second,
    })),
  );
  const x = {
    field: "second",
    type: "quantitative",
    title: "seconds",
    scale: { domainMin: -1, domainMax: seconds },
  } as const;
  // Tens of rows and hundreds of rejections, both to be seen.
  const scale = { type: "symlog", constant: 10, domainMin: 0, domainMax: 600 } as const;
  const axis = { values: [0, 20, 100, 500], labelOverlap: false };
  const unique = (names: readonly string[]): string[] => [...new Set(names)];
  const spec: TopLevelSpec = {
    title: "Calls a second: let in (blue), rejected (red); 20 are allowed (dashed)",
    background: "white",
    data: { values },
    facet: {
      row: {
        field: "client",
        sort: unique(runs.map(({ client }) => client)),
        title: null,
        header: { labelAngle: 0, labelAlign: "left" },
      },
      column: { field: "world", sort: unique(runs.map(({ world }) => world)), title: null },
    },
    spec: {
      width: 360,
      height: 90,
      layer: [
        {
          mark: { type: "bar", color: "#d64545", opacity: 0.7 },
          encoding: { x, y: { field: "rejected", type: "quantitative", title: "calls/s", scale, axis } },
        },
        {
          mark: { type: "line", color: "#1f5fa8", strokeWidth: 2, point: true },
          encoding: { x, y: { field: "admitted", type: "quantitative", scale, axis } },
        },
        { mark: { type: "rule", strokeDash: [4, 4] }, encoding: { y: { datum: 20, scale, axis } } },
      ],
    },
  };
  return new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
};

/** What was added to the counts in each second, up to the last call or the end of the picture. */
const eachSecond = (samples: readonly Sample[], seconds: number) => {
  const last = samples.at(-1);
  const calls = ({ admitted, rejected }: Sample): number => admitted + rejected;
  const end = samples.find((sample) => last && calls(sample) === calls(last))?.atS ?? 0;
  const at = (second: number) => samples.findLast(({ atS }) => atS <= second) ?? { admitted: 0, rejected: 0 };
  return Array.from({ length: Math.max(1, Math.ceil(Math.min(end, seconds))) }, (_, second) => ({
    second,
    admitted: at(second + 1).admitted - at(second).admitted,
    rejected: at(second + 1).rejected - at(second).rejected,
  }));
};
