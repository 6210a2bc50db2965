import type { Plan } from "../../enrich/plan.js";
import { pricedInWords } from "../../models/prices/price.js";
import type { Forecast } from "./cost-forecast.js";
import type { RowCounts } from "./row-fates.js";

type Counted = Pick<Forecast, "output_tokens" | "cost_usd"> & { readonly rows: Readonly<RowCounts> };

/** What may be a mistake in the sum of all rows, in sentences. */
export const sumRemarks = (
  { connection, price }: Plan,
  { rows, output_tokens, cost_usd }: Counted,
): string[] => {
  const { ceilings } = connection;
  const toSend = rows.to_send;
  const remarks: string[] = [];
  if (toSend > 0 && output_tokens.max === null)
    remarks.push("request_format sets no limit of output tokens, so there is no upper bound of the cost.");
  if (!price)
    remarks.push(
      `No price is known for ${pricedInWords(connection)}: input_price_usd and output_price_usd, or prices_file, give one.`,
    );
  if (rows.repeated > 0 && connection.ledger === null)
    remarks.push(
      `${rows.repeated} rows repeat a request before them: with a ledger they cost nothing, without one they may be paid for again.`,
    );
  if (ceilings.rows !== null && toSend > ceilings.rows)
    remarks.push(`max_rows will end the run after ${ceilings.rows} of ${toSend} rows.`);
  if (ceilings.usd !== null && cost_usd && cost_usd.expected > ceilings.usd)
    remarks.push(`max_spend_usd, ${ceilings.usd}, will likely end the run before its last row.`);
  return remarks;
};
