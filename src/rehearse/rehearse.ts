import { roundUsd } from "../models/prices/rates.js";
import { createLocalPurse } from "../run/purse.js";
import { CannotRehearse } from "./cannot-rehearse.js";
import { reportColumn, valuesOf } from "./compare/columns.js";
import { countFaults } from "./compare/counts.js";
import { pairColumns } from "./compare/pair-columns.js";
import { measure } from "./compare/sizes.js";
import { type Draw, drawRows } from "./draw.js";
import { expectCalls, type Forecast, sumUp } from "./forecast.js";
import { expectJudge, openJudge, taskOf } from "./judge.js";
import type { RehearseOptions } from "./options.js";
import { type Cast, type Performed, perform } from "./perform.js";
import { openPlayer } from "./player.js";
import { randomOf } from "./random.js";
import type { Rehearsal } from "./rehearsal.js";
import { differencesIn, remarksOn, reportPair, sideReport } from "./report.js";
import { judgement } from "./verdict/judgement.js";
import { columnPoint, faultPoint, judgePoints, opinionPoint } from "./verdict/points.js";

/**
 * Puts rows through two settings and says whether the new one keeps what the old one did. Asks both with the ledgers that
 * they name: what is there costs nothing, what is paid for goes there. Writes no table.
 *
 * @returns `null` where `agree` says no @throws CannotRehearse with a sentence
 */
export const rehearse = async (options: RehearseOptions): Promise<Rehearsal | null> => {
  const { size = 200, seed = 1, tolerate = 0.05, within = 0.01, kinds = {}, signal, maxSpendUsd } = options;
  const purse =
    maxSpendUsd === undefined
      ? null
      : {
          usd: maxSpendUsd,
          purse: createLocalPurse({ rows: null, tokens: null, usd: maxSpendUsd, prices: null }),
        };
  const old = await openPlayer("the old settings", options.config, null);
  const draw = await drawRows(old, options, size, seed);
  if (draw.input === 0) throw new CannotRehearse("the input has no rows");
  const before = draw.calls && purse ? await openPlayer("the old settings", options.config, purse) : old;
  const after = await openPlayer("the new settings", options.against, purse);
  const judge = options.judge === undefined ? null : await openJudge(options.judge, options.against, purse);
  const cast: Cast = { before, after, repeats: options.noise ? (draw.calls ? "before" : "after") : null };
  const { columns, remarks } = pairColumns(before.plan.columns.names, after.plan.columns.names, options);
  const forecast = await foresee(cast, draw, judge, tolerate);
  if ((await options.agree?.(forecast)) === false) return null;

  const stop = signal ?? new AbortController().signal;
  const random = randomOf(seed);
  const performed = await perform(cast, draw, stop, random, (done) =>
    options.onProgress?.(done, draw.rows.length),
  );
  const { pairs } = performed;
  if (pairs.length === 0) throw new CannotRehearse(nothingToCompare(performed));

  const values = columns.map((column) => ({
    name: column.after,
    ...valuesOf(pairs, column, { kinds, within }, cast.repeats ?? "before"),
  }));
  const reports = values.map(({ name, kind, values }) => reportColumn(name, kind, values, random));
  const faults = countFaults(pairs, after.plan.columns.hold === "typed");
  const differences = differencesIn(values);
  const differing = pairs.filter(({ place }) => differences.has(place));
  const rows = new Map(draw.rows.map(({ place, row }) => [place, row]));
  const taskAt = (place: number): string => taskOf(after, rows.get(place));
  const opinions = judge && (await judge.ask(differing, taskAt, stop));
  const points = judgePoints(
    [
      ...faults.flatMap((fault) =>
        fault.name === "no_answer" || fault.name === "cut_off" ? faultPoint(fault.name, fault, pairs) : [],
      ),
      ...reports.flatMap((report, index) => columnPoint(report, values[index]?.values ?? [])),
      ...(opinions ? opinionPoint(opinions, pairs, differing) : []),
    ],
    tolerate,
  );
  return {
    at: new Date().toISOString(),
    before: sideReport(before, pairs, "before", performed),
    after: sideReport(after, pairs, "after", performed),
    rows: {
      input: draw.input,
      drawn: draw.rows.length,
      compared: pairs.length,
      distinct: new Set(pairs.map(({ group }) => group)).size,
      blank: performed.blank,
      unanswered: draw.unanswered,
      unasked: performed.unasked,
    },
    seed,
    judgement: judgement(
      points,
      tolerate,
      reports.some(({ kind }) => kind === "text"),
    ),
    faults,
    columns: reports,
    sizes: measure(pairs, random),
    noise_of: cast.repeats,
    judge: opinions?.report ?? null,
    spent_usd: roundUsd(performed.spentUsd + (opinions?.report.spent_usd ?? 0)),
    remarks: [...remarks, ...remarksOn(cast, pairs, reports, tolerate)],
    pairs: pairs.map((pair) => reportPair(pair, columns, differences.get(pair.place) ?? [], opinions)),
  };
};

const foresee = async (
  { before, after, repeats }: Cast,
  draw: Draw,
  judge: Awaited<ReturnType<typeof openJudge>> | null,
  tolerated: number,
): Promise<Forecast> => {
  const rows = draw.rows.map(({ row }) => row);
  return sumUp(
    [
      ...(draw.calls ? [await expectCalls("before", before, rows)] : []),
      await expectCalls("after", after, rows),
      ...(repeats ? [await expectCalls("noise", repeats === "before" ? before : after, rows, "again")] : []),
      ...(judge ? [expectJudge(judge, rows, after)] : []),
    ],
    { rows: rows.length, inputRows: draw.input, tolerated },
  );
};

const nothingToCompare = ({ unasked, blank }: Performed): string => {
  const [first] = Object.entries(unasked);
  if (first) return `no row has both answers. ${first[0]}: ${first[1]?.message}`;
  return blank > 0
    ? "no row has both answers: every placeholder comes out blank in all of them"
    : "no row has both answers";
};
