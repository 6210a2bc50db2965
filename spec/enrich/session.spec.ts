import { mock } from "node:test";
import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { openSession, type Session } from "../../src/enrich/session.js";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("a session", () => {
  const open = async (region: string, max_concurrency: number): Promise<Session> => {
    const session = await openSession(
      localConfig("http://127.0.0.1:9", { region, max_concurrency }),
      "enrich",
    );
    if (session instanceof ConnectorError) throw session;
    return session;
  };

  it("is kept for the same settings until a hundred others were used since", async () => {
    const first = await open("us-east-1", 1);
    const second = await open("us-east-1", 2);
    for (let other = 3; other <= 100; other++) await open("us-east-1", other);
    expect(await open("us-east-1", 1)).to.equal(first);
    await open("us-west-2", 1);
    expect(await open("us-east-1", 1)).to.equal(first);
    expect(await open("us-east-1", 2)).not.to.equal(second);
  });
});

describe("a run that many calls of write share by its id", () => {
  const bedrock = useBedrock();

  it("is over when it was quiet for ten minutes, and its id begins another", async () => {
    const statuses: unknown[] = [];
    const config = syncConfig(localConfig(bedrock.url, { max_rows: 1 }), { sync_run_id: "7" });
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      for (const minutes of [0, 9, 9, 11]) {
        mock.timers.tick(minutes * 60_000);
        const [row] = rowsOf(
          await new AwsBedrockModel().write(config, [{ text: `Mail ${statuses.length}.` }]),
        );
        statuses.push(row?._bedrock.status);
      }
    } finally {
      mock.timers.reset();
    }
    expect(statuses).to.deep.equal(["enriched", "not_sent", "not_sent", "enriched"]);
  });
});
