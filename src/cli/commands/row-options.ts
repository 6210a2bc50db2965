import type { Command } from "../command.js";
import { defaultLedger } from "../ledger-option.js";

type Options = Command["options"];

/** Settings that go before those of the config. */
export const settingOptions: Options = {
  model: { value: "ID", summary: "the model, in place of the config's" },
  set: {
    value: "KEY=VALUE",
    summary: "a setting, in place of the config's; may be repeated",
    repeats: true,
  },
};

/** Which rows, and how their file is read. */
export const inputOptions: Options = {
  input: { value: "FILE", summary: "the rows; - or nothing is stdin" },
  delimiter: { value: "CHAR", summary: "what separates the cells of the input, such as ';' or tab" },
  encoding: { value: "NAME", summary: "the input's encoding, such as latin1 or utf-16le (default UTF-8)" },
  limit: { value: "N", summary: "the first N rows alone" },
};

export const ledgerOptions: Options = {
  ledger: {
    value: "FILE",
    summary: `remembers every answer (default: the config's, else ${defaultLedger})`,
  },
  "no-ledger": { summary: "remember nothing: a second run pays for every row again" },
};
