import { limitsOf } from "../../batch/ask-limits.js";
import { strictSide } from "../../batch/limits.js";
import type { Connection } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";
import { countError, type ErrorCounts } from "../../core/outcome.js";
import { copyRow } from "../../enrich/enrich-rows.js";
import { placeless } from "../../enrich/place.js";
import type { Plan } from "../../enrich/plan.js";
import { cacheSavings, type PromptCachePlan } from "../../enrich/prompt-cache.js";
import { type Rendered, renderRequest } from "../../enrich/request.js";
import { lookUpWithin, resolvePlan } from "../../enrich/resolve-plan.js";
import type { Price } from "../../models/prices/price.js";
import { roundUsd } from "../../models/prices/rates.js";
import { type BorrowedLedger, borrowLedger } from "../../run/ledger/open-ledgers.js";
import { adviseFences } from "../../template/fence-advice.js";
import { type BodySigns, watchBodies } from "./body-signs.js";
import { watchColumns } from "./column-signs.js";
import { compareDeliveries, type Deliveries } from "./compare-deliveries.js";
import { createForecast, type Forecast } from "./cost-forecast.js";
import { createSorter, type RowCounts } from "./row-fates.js";
import { type Sample, takeSamples } from "./samples.js";
import { sumRemarks } from "./sum-remarks.js";

/** What a run would send and what it may cost. Nothing was sent to a model. */
export interface Preview extends Forecast {
  readonly model: string;
  readonly region: string;
  /** The family's name; `null` for a model that no family knows. */
  readonly family: string | null;
  /** True where the answer is a vector, which has no output tokens. */
  readonly vector: boolean;
  /** US dollars for a million tokens; `null` where the price is not known. */
  readonly price: Price | null;
  readonly rows: Readonly<RowCounts>;
  /** Of rows that would fail, by error code: how many, and the first row's message. */
  readonly errors: ErrorCounts;
  /** What a prompt cache would keep of the rows to send; `null` where there is nothing that it could. */
  readonly prompt_cache: CacheForecast | null;
  /** Where the number of input tokens comes from. */
  readonly input_tokens_by: string;
  /** The same rows by other ways than calls; `null` where the settings have none. */
  readonly deliveries: Deliveries;
  /** The first rows, with the bodies that would be sent. */
  readonly samples: readonly Sample[];
  /** What may be a mistake, in sentences. */
  readonly remarks: readonly string[];
}

interface CacheForecast {
  readonly set: Connection["promptCache"];
  /** About how many tokens it would keep, and the fewest that the model does. */
  readonly tokens: number;
  readonly least_tokens: number;
  /** US dollars for a million tokens: sent anew, put into the cache, and read from it. */
  readonly usd: PromptCachePlan["usd"];
  /** US dollars, where the rows follow each other within five minutes; below zero where they are too few. */
  readonly saves_usd: number;
}

export interface PreviewOptions {
  /** How many of the first rows are shown, and counted by Bedrock where it does that. Default 3. */
  readonly rows?: number;
}

/**
 * Goes through all rows once and keeps 17 bytes of each. Calls no model. Failures: those of the settings and the
 * ledger. Rethrows an error of the rows' source.
 */
export const previewRows = async (
  config: unknown,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  options?: PreviewOptions | null,
): Promise<Preview | ConnectorError> => {
  const plan = await tryToPlan(config);
  if (plan instanceof ConnectorError) return plan;
  const rows = options?.rows ?? 3;
  const { ledger: file } = plan.connection;
  const ledger = file === null ? null : await borrowLedger(file);
  if (!(ledger instanceof ConnectorError)) return walk(plan, ledger, records, rows);
  if (ledger.code !== "ledger_locked") return ledger;
  const preview = await walk(plan, null, records, rows);
  const inUse = `The ledger is in use, so the rows that it answers are not taken off. ${ledger.detail}`;
  return { ...preview, remarks: [...preview.remarks, inUse] };
};

const tryToPlan = async (config: unknown): Promise<Plan | ConnectorError> => {
  try {
    return await resolvePlan(config, "enrich", lookUpWithin(10_000));
  } catch (cause) {
    return new ConnectorError("invalid_config", "They are not plain JSON.", { cause });
  }
};

const walk = async (
  plan: Plan,
  ledger: BorrowedLedger | null,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  shown: number,
): Promise<Preview> => {
  const signs = watchColumns(plan.template.columns, plan.connection.undoubleApostrophes);
  const bodies = watchBodies(plan);
  const fences = adviseFences(plan.template.sample);
  const requests = renderAll(records, plan, (row) => {
    signs.see(row);
    fences.see(row);
  });
  try {
    const first = await take(requests, shown);
    const { samples, bytesPerToken, refusal } = await takeSamples(plan, first);
    const counts = await countRows(plan, ledger, chain(first, requests), bodies, bytesPerToken);
    const { connection, family, price } = plan;
    const vector = family?.vector !== undefined;
    return {
      model: connection.modelId,
      region: connection.region,
      family: family?.name ?? null,
      vector,
      price,
      ...counts,
      ...(vector && { output_tokens_by: "a vector has none" }),
      input_tokens_by: bytesPerToken
        ? `CountTokens on the first rows: ${bytesPerToken.toFixed(1)} bytes of text a token`
        : "estimated: 4 bytes of text a token",
      prompt_cache: cacheForecast(plan, counts.rows.to_send),
      samples,
      remarks: [
        ...plan.remarks,
        ...bodies.remarks(counts.rows.received),
        ...fences.remarks(),
        ...signs.remarks(),
        ...sumRemarks(plan, counts),
        ...(refusal ? [uncounted(refusal)] : []),
      ],
    };
  } finally {
    await requests.return(undefined);
    await ledger?.giveBack();
  }
};

const cacheForecast = ({ promptCache, connection }: Plan, rows: number): CacheForecast | null =>
  typeof promptCache === "string"
    ? null
    : {
        set: connection.promptCache,
        tokens: promptCache.tokens,
        least_tokens: promptCache.leastTokens,
        usd: promptCache.usd,
        saves_usd: roundUsd(cacheSavings(promptCache, rows)),
      };

/** That a model's tokens cannot be counted is no fault of the body. */
const uncounted = ({ code, detail, message }: ConnectorError): string =>
  `Tokens are not counted but estimated. ${code === "invalid_request" ? detail : message}`;

async function* renderAll(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  plan: Plan,
  see: (record: unknown) => void,
): AsyncGenerator<Rendered> {
  for await (const record of records) {
    const row = copyRow(record);
    see(row);
    yield placeless(row, plan) ?? renderRequest(row, plan);
  }
}

/** The first of them, without closing the rest. */
const take = async (requests: AsyncGenerator<Rendered>, most: number): Promise<Rendered[]> => {
  const taken: Rendered[] = [];
  while (taken.length < most) {
    const step = await requests.next();
    if (step.done) break;
    taken.push(step.value);
  }
  return taken;
};

async function* chain(first: readonly Rendered[], rest: AsyncGenerator<Rendered>): AsyncGenerator<Rendered> {
  yield* first;
  yield* rest;
}

const countRows = async (
  plan: Plan,
  ledger: BorrowedLedger | null,
  requests: AsyncIterable<Rendered>,
  bodies: BodySigns,
  bytesPerToken: number | undefined,
): Promise<Forecast & Pick<Preview, "rows" | "errors" | "deliveries">> => {
  const rows: RowCounts = {
    received: 0,
    to_send: 0,
    answered: 0,
    held: 0,
    repeated: 0,
    skipped: 0,
    failed: 0,
  };
  const errors: Preview["errors"] = {};
  const sort = createSorter(plan, ledger);
  const { add, learn, forecast } = createForecast(plan.price, bytesPerToken, plan.mostCalls);
  const ways = compareDeliveries(plan, bytesPerToken);
  // Without a ledger, equal rows are one call only while it is open.
  const isRemembered = plan.connection.ledger !== null;
  for await (const request of requests) {
    rows.received++;
    if (request instanceof ConnectorError) {
      rows.failed++;
      countError(errors, request.code, request.message);
      continue;
    }
    if (request === "blank") {
      rows.skipped++;
      continue;
    }
    bodies.see(request.body, rows.received);
    const { fate, outputTokens } = await sort(request);
    rows[fate]++;
    if (fate === "answered") {
      learn(outputTokens);
      ways.learn(outputTokens);
    }
    if (fate !== "to_send" && (fate !== "repeated" || isRemembered)) continue;
    add(request, fate === "repeated");
    ways.add(request, fate === "repeated");
  }
  const { limits } = plan.connection.batch ? await limitsOf(plan) : strictSide("there is no place for jobs");
  return { rows, errors, ...forecast(), deliveries: ways.deliveries(limits) };
};
