import type { Row } from "../row.js";
import { breaks } from "./breaks.js";
import { check } from "./check.js";
import { data } from "./data.js";
import { discover } from "./discover.js";
import { host } from "./host.js";
import { ledger } from "./ledger.js";
import { operations } from "./operations.js";
import { refusals } from "./refusals.js";
import { requests } from "./requests.js";
import { spec } from "./spec.js";
import { template } from "./template.js";

const letters = "SCDWRFLHTO";

/** Every row, by letter and number. */
export const rows: readonly Row[] = [
  ...spec,
  ...check,
  ...discover,
  ...data,
  ...requests,
  ...refusals,
  ...breaks,
  ...ledger,
  ...host,
  ...template,
  ...operations,
].sort((a, b) => letters.indexOf(a.id.charAt(0)) - letters.indexOf(b.id.charAt(0)) || (a.id < b.id ? -1 : 1));
