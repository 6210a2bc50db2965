import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { type Clock, systemClock } from "../../../src/core/clock.js";
import { type Invoke, isFailed } from "../../../src/core/invoke.js";
import { AwsBedrockModel, closeLedger } from "../../../src/index.js";
import { createDatabaseLedger } from "../../../src/run/ledger/postgres/database-ledger.js";
import type { SharedLedger } from "../../../src/run/ledger/shared-ledger.js";
import { record, reuse } from "../../../src/run/record-and-reuse.js";
import { withPostgres } from "../../host/run-postgres.js";
import { startPostgres } from "../../support/postgres.js";
import { answerOf, readPlainly, requestOf } from "../../support/requests.js";
import { localConfig, syncConfig } from "../../support/sync-config.js";

const running = new AbortController().signal;

const latch = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

/** Time that passes in sleeps alone, at once; while it is stopped they do not end. */
const hastyClock = () => {
  let skipped = 0;
  let stopped: Promise<void> | null = null;
  const clock: Clock = {
    ...systemClock,
    now: () => skipped,
    async sleep(ms) {
      await turn();
      await stopped;
      skipped += ms;
    },
  };
  return {
    clock,
    stopped: (until: Promise<void>) => {
      stopped = until;
    },
  };
};

describe("a ledger in PostgreSQL that has to wait", () => {
  const { servers } = withPostgres(startPostgres);
  const workers: SharedLedger[] = [];
  const url = () => servers.postgres.connectionString.replace(/^postgresql:/, "postgres:");
  const worker = (place: Parameters<typeof createDatabaseLedger>[1] = {}): SharedLedger => {
    const ledger = createDatabaseLedger(url(), place);
    workers.push(ledger);
    return ledger;
  };
  const invokeOf = (ledger: SharedLedger, call: Invoke) =>
    reuse(ledger, readPlainly, "hold", record(ledger, call, 60_000));
  const statesOf = async (key: string) =>
    (await servers.postgres.query("SELECT state FROM bedrock_ledger WHERE key = $1", [key])).map(
      ({ state }) => state,
    );
  const never: Invoke = async () => {
    throw new Error("It was sent.");
  };
  afterEach(async () => {
    await servers.postgres?.comeBack();
    await Promise.all(workers.splice(0).map((ledger) => ledger.close()));
  });

  it("goes on where its server is away for a moment, and loses and pays twice for nothing", async () => {
    const { bedrock, postgres } = servers;
    const before = bedrock.stats();
    const ledger = `${url()}&application_name=for_a_moment`;
    const config = localConfig(bedrock.url, { ledger, max_concurrency: 2 });
    const rows = Array.from({ length: 12 }, (_, id) => ({ text: `For a moment, mail ${id}.` }));
    const writing = new AwsBedrockModel().write(syncConfig(config), rows);
    while (bedrock.stats().requests - before.requests < 4) await turn();
    await postgres.goAway();
    await postgres.comeBack();
    expect((await writing).tracking.success).to.equal(12);
    expect(bedrock.stats().billed - before.billed).to.equal(12);
    const again = await new AwsBedrockModel().write(syncConfig(config), rows);
    expect(again.tracking.meta.summary).to.include({ reused: 12 });
    await closeLedger(ledger);
  });

  it("sends nothing while its server is away, and records what was answered when it is back", async () => {
    const { clock, stopped } = hastyClock();
    const ledger = worker({ clock, warn: (sentence) => expect.fail(sentence) });
    const answered = requestOf("answered while it was away");
    const result = await invokeOf(ledger, async () => {
      await servers.postgres.goAway();
      return answerOf("kept");
    })(answered, running);
    expect(result).to.include({ body: "kept", attempts: 1 });
    const refused = await record(ledger, never)(requestOf("not sent"), running);
    expect(isFailed(refused) && [refused.error.code, refused.error.billed]).to.deep.equal([
      "ledger_unwritable",
      "no",
    ]);
    const { open, opened } = latch();
    stopped(opened);
    await servers.postgres.comeBack();
    open();
    expect(await invokeOf(ledger, never)(answered, running)).to.include({ body: "kept", attempts: 0 });
    expect(await statesOf(answered.key)).to.deep.equal(["received"]);
  });

  it("names by their keys, and holds, what was answered where its server does not come back in a minute", async () => {
    const { clock } = hastyClock();
    const warnings: string[] = [];
    const ledger = worker({ clock, warn: (sentence, name) => warnings.push(`${name}: ${sentence}`) });
    const answered = requestOf("answered and not recorded");
    const result = await invokeOf(ledger, async () => {
      await servers.postgres.goAway();
      return answerOf("handed over");
    })(answered, running);
    expect(result).to.include({ body: "handed over" });
    while (warnings.length === 0) await turn();
    expect(warnings).to.have.length(1);
    expect(warnings[0])
      .to.match(/^LedgerPending: .*1 outcomes could not be recorded/)
      .and.contain(answered.key);
    await servers.postgres.comeBack();
    await servers.postgres.query("UPDATE bedrock_ledger SET lease_until = now() WHERE key = $1", [
      answered.key,
    ]);
    const held = await invokeOf(worker(), never)(answered, running);
    expect(isFailed(held) && held.error.code).to.equal("outcome_unknown");
  });

  it("waits for another worker as long as its claim lasts", async () => {
    const request = requestOf("claimed for long");
    const first = worker();
    const { open, opened } = latch();
    const calling = invokeOf(first, async () => {
      await opened;
      return answerOf("late");
    })(request, running);
    while ((await statesOf(request.key)).length === 0) await turn();
    const { clock } = hastyClock();
    const sleep = (ms: number): Promise<void> => {
      if (clock.now() > 120_000) open();
      return clock.sleep(ms);
    };
    const second = worker({ clock: { ...clock, sleep } });
    expect(await invokeOf(second, never)(request, running)).to.include({ body: "late", attempts: 0 });
    expect(await calling).to.include({ attempts: 1 });
  });
});
