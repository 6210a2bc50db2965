import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectorClass, type Host, openHost, type Pipeline } from "../../src/host/index.js";

/** A fresh folder for a host's state and its source, removed when the suite has ended. */
export const hostFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "host-spec-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A pipeline of an NDJSON file with these rows, to a fake connector. */
export const pipelineOf = (folder: string, rows: unknown[], changes: Partial<Pipeline> = {}): Pipeline => {
  const path = join(folder, "rows.ndjson");
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return {
    name: "tickets",
    source: { type: "ndjson", path, primary_key: "id" },
    destination: { connector: "AwsBedrockModel", connection: { region: "us-east-1" } },
    ...changes,
  };
};

/** Opens a host with one connector, uses it, closes it. */
export const withHost = async <Result>(
  state: string,
  connector: ConnectorClass,
  use: (host: Host) => Promise<Result>,
): Promise<Result> => {
  const host = await openHost({ state });
  host.register(connector);
  try {
    return await use(host);
  } finally {
    host.close();
  }
};
