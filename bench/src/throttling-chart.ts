import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Sample } from "./account.js";
import type { Run } from "./measure.js";

/** Rows let in and calls rejected, each second of the job, one picture for each client, as SVG. */
export const drawThrottling = (runs: readonly { title: string; run: Run }[]): Promise<string> => {
  const values = runs.flatMap(({ title, run }) =>
    eachSecond(run.server.samples).map((second) => ({ client: title, ...second })),
  );
  const x = {
    field: "second",
    type: "quantitative",
    title: "seconds",
    scale: { domainMin: -1 },
  } as const;
  // Tens of rows and hundreds of rejections, both to be seen.
  const scale = { type: "symlog", constant: 10, domainMin: 0 } as const;
  const axis = { values: [0, 10, 20, 50, 100, 200, 500] };
  const spec: TopLevelSpec = {
    title: "600 rows, 20 requests a second allowed (dashed): let in (blue), rejected (red)",
    background: "white",
    data: { values },
    facet: { row: { field: "client", sort: runs.map(({ title }) => title), title: null } },
    spec: {
      width: 640,
      height: 90,
      layer: [
        {
          mark: { type: "bar", color: "#d64545", opacity: 0.7 },
          encoding: { x, y: { field: "rejected", type: "quantitative", title: "calls/s", scale, axis } },
        },
        {
          mark: { type: "line", color: "#1f5fa8", strokeWidth: 2, point: true },
          encoding: { x, y: { field: "admitted", type: "quantitative", scale } },
        },
        { mark: { type: "rule", strokeDash: [4, 4] }, encoding: { y: { datum: 20 } } },
      ],
    },
  };
  return new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
};

/** What was added to the counts in each second, up to the last call. */
const eachSecond = (samples: readonly Sample[]) => {
  const last = samples.at(-1);
  const calls = ({ admitted, rejected }: Sample): number => admitted + rejected;
  const end = samples.find((sample) => last && calls(sample) === calls(last))?.atS ?? 0;
  const at = (second: number) => samples.findLast(({ atS }) => atS <= second) ?? { admitted: 0, rejected: 0 };
  return Array.from({ length: Math.max(1, Math.ceil(end)) }, (_, second) => ({
    second,
    admitted: at(second + 1).admitted - at(second).admitted,
    rejected: at(second + 1).rejected - at(second).rejected,
  }));
};
