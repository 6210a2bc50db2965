import type { Command } from "./command.js";
import { check, discover, spec } from "./connection-commands.js";
import { emulate } from "./emulate.js";
import { ledger } from "./ledger.js";
import { models } from "./models.js";
import { read } from "./read.js";
import { replay } from "./replay.js";
import { ruby } from "./ruby.js";
import { serve } from "./serve.js";
import { write } from "./write.js";

/** Every command, in the order of the help page. */
export const commands: readonly Command[] = [
  spec,
  check,
  discover,
  write,
  replay,
  ledger,
  read,
  models,
  emulate,
  serve,
  ruby,
];
