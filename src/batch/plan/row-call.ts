import { ConnectorError } from "../../core/errors.js";
import type { InvokeRequest } from "../../core/invoke.js";
import { copyRow } from "../../enrich/enrich-rows.js";
import { placeless } from "../../enrich/place.js";
import type { Plan } from "../../enrich/plan.js";
import { renderRequest } from "../../enrich/request.js";

/** A row as it is worked on, and the request that it becomes. */
export interface RowCall {
  readonly record: unknown;
  readonly request: InvokeRequest;
}

/** The call of a row; `null` for one that has none, whose outcome says why. */
export const callOf = (row: unknown, plan: Plan): RowCall | null => {
  const record = copyRow(row);
  const request = placeless(record, plan) ?? renderRequest(record, plan);
  return request instanceof ConnectorError || request === "blank" ? null : { record, request };
};
