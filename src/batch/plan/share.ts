import type { ConnectorError } from "../../core/errors.js";
import type { InvokeRequest } from "../../core/invoke.js";
import type { Plan } from "../../enrich/plan.js";
import { batchTier } from "../../models/prices/rates.js";
import { isBounded, worstCase } from "../../run/budget.js";
import type { Share } from "../../run/purse.js";

/** The most that a record of a job may take; `null` for a run without ceilings; why nothing bounds it, where that is so. */
export const shareOf = (
  { connection: { ceilings } }: Plan,
  request: InvokeRequest,
): Share | ConnectorError | null => (isBounded(ceilings) ? worstCase(request, ceilings, batchTier) : null);
