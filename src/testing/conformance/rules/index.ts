import type { Rule } from "../rule.js";
import { breaks } from "./breaks.js";
import { check } from "./check-rules.js";
import { data } from "./data.js";
import { discover } from "./discover-rules.js";
import { host } from "./host-rules.js";
import { ledger } from "./ledger-rules.js";
import { objects } from "./objects.js";
import { operations } from "./operations.js";
import { refusals } from "./refusals.js";
import { requests } from "./requests.js";
import { source } from "./source-rules.js";
import { spec } from "./spec-rules.js";
import { storedSettings } from "./stored-settings.js";
import { template } from "./template-rules.js";

const letters = "SCDWRFLHQITO";

/** Every rule, by letter and number. */
export const rules: readonly Rule[] = [
  ...spec,
  ...check,
  ...discover,
  ...data,
  ...requests,
  ...refusals,
  ...breaks,
  ...ledger,
  ...host,
  ...source,
  ...objects,
  ...storedSettings,
  ...template,
  ...operations,
].sort((a, b) => letters.indexOf(a.id.charAt(0)) - letters.indexOf(b.id.charAt(0)) || (a.id < b.id ? -1 : 1));
