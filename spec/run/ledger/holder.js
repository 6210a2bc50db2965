/**
 * A process that holds ledgers as it is told on stdin: `open FILE` prints `open` or why not, `close` gives it back
 * and prints `closed`. It ends by itself when stdin ends. With a file as its argument it opens that and stays.
 * It runs what is compiled.
 */
import { createInterface } from "node:readline";
import { ConnectorError } from "../../../dist/core/errors.js";
import { openLedger } from "../../../dist/run/ledger/ledger.js";

let held = null;

const open = async (file) => {
  const ledger = await openLedger(file);
  if (ledger instanceof ConnectorError) return `${ledger.code}: ${ledger.message}`;
  held = ledger;
  return "open";
};

const close = async () => {
  await held?.close();
  held = null;
  return "closed";
};

const file = process.argv[2];
if (file !== undefined) {
  console.log(await open(file), process.pid);
  setInterval(() => undefined, 60_000);
} else {
  for await (const line of createInterface(process.stdin))
    console.log(line === "close" ? await close() : await open(line.replace("open ", "")));
}
