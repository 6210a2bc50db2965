import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** How the commands ended that a shell ran meanwhile: the exit code, else the signal. */
type Exits = ReadonlyMap<string, number | string>;

/** Watches the commands that this process starts. The SDK keeps the exit code of a credential_process to itself. */
export const watchHelpers = (): { readonly exits: Exits; stop(): void } => {
  const exits = new Map<string, number | string>();
  const onStart = (message: unknown): void => {
    const { process: helper } = message as { process: ChildProcess };
    helper.once("exit", (code, signal) => {
      exits.set(helper.spawnargs.at(-1) ?? "", code ?? signal ?? "");
    });
  };
  subscribe("child_process", onStart);
  return { exits, stop: () => void unsubscribe("child_process", onStart) };
};
