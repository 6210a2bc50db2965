import type { InvokeRequest } from "../core/invoke.js";
import type { UsdRange } from "../core/outcome.js";
import { addUsd, estimateUsd } from "../models/prices/estimate.js";
import type { Player, Take } from "./player.js";
import { wilson } from "./statistics/shares.js";
import { judgeShare, rowsToDecide } from "./verdict/rows-to-decide.js";

/** What a rehearsal is going to take, before its first call. */
export interface Forecast {
  /** Rows that were drawn, and those of the input. */
  readonly rows: number;
  readonly input_rows: number;
  /** One for each kind of call. Answers that are there already are no calls. */
  readonly calls: readonly Expected[];
  /** All together; `null` where a price is not known. */
  readonly cost_usd: UsdRange | null;
  /** The most rows that may differ for the tolerance to be shown; `null` where these are too few whatever they show. */
  readonly most_different: number | null;
  /** How many rows would show it if none differed. */
  readonly least_rows: number;
}

interface Expected {
  readonly of: "before" | "after" | "noise" | "judge";
  readonly model: string;
  readonly calls: number;
  /** Rows whose answer is there already. */
  readonly answered: number;
  /** `null` where the price is not known. */
  readonly cost_usd: UsdRange | null;
}

/** The calls of one side: a request that the ledger knows, and one that another row is too, are none. */
export const expectCalls = async (
  of: Expected["of"],
  player: Player,
  rows: readonly unknown[],
  take: Take = "first",
): Promise<Expected> => {
  const { connection, price, mostCalls } = player.plan;
  const seen = new Set<string>();
  const requests: InvokeRequest[] = [];
  let answered = 0;
  for (const row of rows) {
    const request = player.requestOf(row, take);
    if (request === null) continue;
    const isNew = !seen.has(request.key);
    seen.add(request.key);
    if (await player.recall(row, take)) answered++;
    else if (isNew) requests.push(request);
  }
  const cost_usd = requests.reduce<UsdRange | null>(
    (sum, request) => addUsd(sum, estimateUsd(price, request, mostCalls)),
    free,
  );
  return { of, model: connection.modelId, calls: requests.length, answered, cost_usd };
};

const free: UsdRange = { low: 0, expected: 0, max: 0 };

export const sumUp = (
  calls: readonly Expected[],
  { rows, inputRows, tolerated }: { rows: number; inputRows: number; tolerated: number },
): Forecast => {
  const keeps = (different: number): boolean => wilson(different / rows, rows).high <= tolerated;
  let most = -1;
  while (most < rows && keeps(most + 1)) most++;
  return {
    rows,
    input_rows: inputRows,
    calls,
    cost_usd: calls.reduce<UsdRange | null>((sum, { cost_usd }) => addUsd(sum, cost_usd), free),
    most_different: most < 0 ? null : most,
    least_rows: rowsToDecide((n) => judgeShare(tolerated, wilson(0, n))) ?? Number.POSITIVE_INFINITY,
  };
};
