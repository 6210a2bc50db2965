import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ConnectorClass,
  type Host,
  openHost,
  type Pipeline,
  type Report,
} from "../../src/host/index.js";
import { type Answer, enriched, fakeConnector } from "../support/fake-connector.js";

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

/** Two good rows and one that the fake connector refuses. */
export const sampleRows = [
  { id: 1, text: "it's one" },
  { id: 2, text: "two" },
  { id: 3, bad: true },
] as const;

/** A folder, fresh files of state in it, and runs of a fake connector on them. */
export const hostRuns = () => {
  const folder = hostFolder();
  let number = 0;
  const freshState = (): string => join(folder, `${++number}.db`);
  /** Runs the rows of each round as one run after another, on one state; returns the reports and the calls. */
  const runs = async (
    rounds: readonly unknown[][],
    changes: Partial<Pipeline> = {},
    answer: Answer = enriched,
  ): Promise<{ reports: Report[]; calls: unknown[][]; records: Record<string, unknown>[] }> => {
    const state = freshState();
    const { connector, calls } = fakeConnector(answer);
    const reports: Report[] = [];
    let records: Record<string, unknown>[] = [];
    for (const rows of rounds)
      await withHost(state, connector, async (host) => {
        reports.push(await host.sync(pipelineOf(folder, rows, changes)));
        records = [...host.records("tickets")].map((record) => ({ ...record }));
      });
    return { reports, calls, records };
  };
  return { folder, freshState, runs };
};
