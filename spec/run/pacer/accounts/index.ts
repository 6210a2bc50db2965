import type { Account } from "./account.js";
import { clean } from "./clean.js";
import { messy } from "./messy.js";

/** The accounts that the pacer is held to. */
export const accounts: readonly Account[] = [...clean, ...messy];
