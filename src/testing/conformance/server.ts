import type { Descriptor } from "../../generated/conformance.js";
import { startEmulator } from "../emulator/index.js";
import { firstLine } from "./start-command.js";

/** The service that stands in for the real one. */
interface Server {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the descriptor's stand-in server. `null` where it has none. Rejects where it cannot be started, or says
 * nothing for so many seconds.
 */
export const startServer = async (
  server: Descriptor["server"],
  folder: string | undefined,
  seconds: number,
): Promise<Server | null> => {
  if (server === undefined) return null;
  if (server === "local-bedrock") return startEmulator();
  if ("local_bedrock" in server) return startEmulator({ account: server.local_bedrock });
  if ("url" in server) return { url: trimmed(server.url), close: async () => undefined };
  const { line, close } = await firstLine(server.command, folder === undefined ? {} : { folder }, seconds);
  const url = /http:\/\/\S+/.exec(line)?.[0];
  if (url !== undefined) return { url: trimmed(url), close };
  await close();
  throw new Error(`the first line of ${server.command.join(" ")} holds no http:// URL: ${line}`);
};

const trimmed = (url: string): string => url.replace(/\/+$/, "");
