import type { Reason, Reconciled } from "../../index.js";
import { count, counted } from "./amounts.js";

/** The lines printed at the end of `reconcile`. Pure. */
export const reconcileLines = (
  { looked_for, recovered, refused, still_unknown, input_tokens, output_tokens, logs }: Reconciled,
  replay: string,
): string[] => {
  const left = Object.entries(still_unknown) as [Reason, number][];
  const held = left.filter(([reason]) => reason !== "under_way");
  const perhaps = held.reduce((sum, [, calls]) => sum + calls, 0);
  return [
    looked_for === 0
      ? "no call of unknown outcome"
      : `${counted(looked_for, "call")} of unknown outcome: ${count(recovered)} recovered, ${count(refused)} refused, ${count(perhaps)} still unknown`,
    ...(logs
      ? [
          `  read ${counted(logs.files, "file")} of ${logs.place}: ${counted(logs.records, "record")} of this connector's calls, ${count(logs.other_records)} of others`,
        ]
      : []),
    ...Object.entries(logs?.passed_over ?? {}).map(
      ([what, times]) => `  passed over: ${what} (${count(times)})`,
    ),
    ...(recovered > 0
      ? [
          `  recovered: ${count(input_tokens)} tokens in, ${count(output_tokens)} out, paid for before; run the write command again: these rows now cost nothing`,
        ]
      : []),
    ...(refused > 0 ? ["  refused: not billed; `replay` or the write command sends them again"] : []),
    ...left.map(([reason, calls]) => `  ${count(calls)} ${reasons[reason]}`),
    ...(perhaps > 0
      ? [`  what stays unknown may have been billed; \`${replay}\` sends it again all the same`]
      : []),
  ];
};

const reasons: Readonly<Record<Reason, string>> = {
  not_yet: "not in the logs yet: records come some minutes late; try again later",
  not_logged: "not in the logs, though their time is over",
  of_another_connection: "of another model or Region than the config's, and not in these logs",
  under_way: "perhaps under way still",
  sent_again: "in the logs as throttled only: a later attempt is not there",
  failed: "failed in the service, which may have billed them",
  without_text: "answered and billed, but the logs do not keep the text",
  unreadable: "answered and billed, but what the logs keep cannot be read",
};
