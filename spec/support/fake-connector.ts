import type { ConnectorClass } from "../../src/host/index.js";
import { AwsBedrockModel, type TrackedMessage } from "../../src/index.js";

/** What a fake connector answers to the records of one `write`. */
export type Answer = (records: readonly Record<string, unknown>[], action?: string) => unknown;

/** A connector that works without a model: `write` answers as the spec says, and `calls` sees what it was given. */
export const fakeConnector = (
  answer: Answer = enriched,
): { connector: ConnectorClass; calls: unknown[][] } => {
  const calls: unknown[][] = [];
  class Fake extends AwsBedrockModel {
    override async checkConnection() {
      return { type: "connection_status", connection_status: { status: "succeeded" } } as const;
    }
    override async write(_: unknown, records: readonly unknown[], action?: string): Promise<TrackedMessage> {
      calls.push([...records]);
      return answer(records as Record<string, unknown>[], action) as TrackedMessage;
    }
  }
  return { connector: Fake, calls };
};

/** Every record is a success, but those with `bad: true`. */
export const enriched: Answer = (records) => {
  const failed = records.filter(({ bad }) => bad === true).length;
  const log = ({ bad }: Record<string, unknown>) => {
    const level = bad === true ? "error" : "info";
    const message = JSON.stringify({ request: "r", response: bad ? "it is bad" : "ok", level });
    return { name: "Fake", level, message };
  };
  return {
    type: "tracking",
    tracking: {
      success: records.length - failed,
      failed,
      logs: records.map(log),
      meta: { records: records.map((record) => ({ ...record, answer: `of ${record.id}` })) },
    },
  };
};
