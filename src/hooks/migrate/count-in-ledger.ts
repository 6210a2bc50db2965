import { offlineSettings } from "../../connection/offline-settings.js";
import { ConnectorError } from "../../core/errors.js";
import { copyRow } from "../../enrich/enrich-rows.js";
import { compilePlan } from "../../enrich/plan.js";
import { readerOf } from "../../enrich/reader.js";
import { renderRequest } from "../../enrich/request.js";
import type { CountedTokens } from "../../migrate/migrate.js";
import { borrowLedger } from "../../run/ledger/open-ledgers.js";
import { fromEntry } from "../../run/record-and-reuse.js";

/** The tokens that the answers of the first thousand rows took, by a ledger, or why it does not tell. */
export const countInLedger = async (
  config: unknown,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  file: string,
): Promise<CountedTokens | string> => {
  const plan = compilePlan(offlineSettings(config), "enrich");
  if (plan instanceof ConnectorError) return "the settings cannot be used as they are";
  const ledger = await borrowLedger(file);
  if (ledger === null) return "there is no ledger";
  if (ledger instanceof ConnectorError)
    return ledger.code === "ledger_locked" ? "the ledger is in use" : "the ledger cannot be read";
  const read = readerOf(plan);
  let [seen, counted, input, output] = [0, 0, 0, 0];
  try {
    for await (const row of rows) {
      if (seen++ === mostRows) break;
      const request = renderRequest(copyRow(row), plan);
      if (request instanceof ConnectorError || request === "blank") continue;
      const entry = await ledger.find(request.key);
      if (entry?.state !== "received") continue;
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = read(
        request,
        fromEntry(entry),
      ).usage;
      if (inputTokens === null || outputTokens === null) continue;
      counted++;
      input += inputTokens + cacheReadTokens + cacheWriteTokens;
      output += outputTokens;
    }
  } catch {
    return "the ledger cannot be read";
  } finally {
    await ledger.giveBack();
  }
  return counted === 0
    ? "the ledger has no answer to the rows"
    : { rows: counted, input_tokens: input / counted, output_tokens: output / counted };
};

const mostRows = 1000;
