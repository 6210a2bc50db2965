import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { useTransport } from "../../src/bedrock/transport.js";
import { ConnectorError } from "../../src/core/errors.js";
import type { InvokeRequest } from "../../src/core/invoke.js";
import { runRecords } from "../../src/enrich/enrich-rows.js";
import { compilePlan, type Plan } from "../../src/enrich/plan.js";
import { readerOf } from "../../src/enrich/reader.js";
import { renderRequest } from "../../src/enrich/request.js";
import { createSession } from "../../src/enrich/session.js";
import { repairLedger } from "../../src/run/ledger/repair.js";
import { createSharedLedger, type SharedLedger } from "../../src/run/ledger/shared-ledger.js";
import { createPacer } from "../../src/run/pacer/pacer.js";
import { localConfig } from "../support/sync-config.js";
import { virtualClock } from "../support/virtual-clock.js";
import { createBedrock } from "./bedrock.js";
import { chanceOf } from "./chance.js";
import { createDisk, ledgerPath, rot } from "./disk.js";
import { createJudge } from "./laws.js";
import { clockOf, type Life, timeOf } from "./life.js";
import { createNetwork } from "./network.js";
import { calm, type Row, type Scenario, scenarioOf, type Worker } from "./scenario.js";

/** Something that happened: when, in milliseconds, to whom, and what. */
type Line = readonly [at: number, who: string, what: string];

/** How a seed's world came to its end. */
export interface Ended {
  readonly scenario: Scenario;
  /** The law that was broken; `null` for none. */
  readonly broken: string | null;
  readonly trace: readonly Line[];
  readonly steps: number;
}

/** Plays one seed: what its processes do with their rows in its weather, and then what is left of it when all is calm. */
export const play = async (seed: number): Promise<Ended> => {
  warm ??= warmUp();
  await warm;
  const scenario = scenarioOf(seed);
  const { settings, workers, weather, rows } = scenario;
  const chance = chanceOf(seed);
  const clock = virtualClock(seed);
  const time = timeOf(clock);
  const plan = planOf(settings);
  const judge = createJudge(plan);
  const trace: Line[] = [];
  const tell = (who: string, what: string): void => {
    trace.push([time.now(), who, what]);
  };

  const disk = createDisk(time, chance.of("disk"), weather.disk);
  const bedrock = createBedrock(
    time,
    chance.of("bedrock"),
    (call) => {
      tell(call.life.name, `bedrock: ${rowIn(call.body)}: ${call.fate}${call.billed ? ", billed" : ""}`);
      judge.billed(call);
    },
    weather.service,
  );
  const network = createNetwork(
    time,
    chance.of("network"),
    bedrock,
    (ending) => {
      const { answer, life, body } = ending;
      tell(life.name, `network: ${rowIn(body)}: ${answer ? `answer ${answer.status}` : "broken"}`);
      judge.ended(ending);
    },
    weather.network,
  );

  const lives = new Set<Life>();
  const begin = (name: string, stepsLeft: number): { life: Life; end: Promise<"killed"> } => {
    let ended: (how: "killed") => void = () => undefined;
    const end = new Promise<"killed">((resolve) => {
      ended = resolve;
    });
    const life: Life = {
      ...{ name, stepsLeft, isOver: false, pending: 0 },
      kill: () => {
        tell(name, "is killed");
        leave(life);
        ended("killed");
      },
    };
    lives.add(life);
    tell(name, "starts");
    return { life, end };
  };
  const leave = (life: Life): void => {
    life.isOver = true;
    lives.delete(life);
    judge.died(life);
    disk.release(life);
  };

  /** A ledger that tells what is written into it. */
  const watched = (life: Life, ledger: SharedLedger): SharedLedger => ({
    ...ledger,
    async find(key, stop) {
      const entry = await ledger.find(key, stop);
      if (entry) judge.found(entry);
      return entry;
    },
    async append(entry, leaseMs) {
      judge.writes(life, entry);
      try {
        await ledger.append(entry, leaseMs);
      } catch (error) {
        tell(life.name, `ledger: ${entry.state}: ${(error as Error).message}`);
        judge.couldNotWrite(life, entry);
        throw error;
      }
      judge.wrote(life, entry);
    },
  });

  let isRotten = false;

  /** What one process does, until it has handed all its rows over or is stopped. */
  const live = async (life: Life, worker: Worker, own: Plan, hand: (row: Row) => void): Promise<void> => {
    const clock = clockOf(life, time, chance.of(life.name));
    const ledger = watched(
      life,
      createSharedLedger(
        ledgerPath,
        {},
        {
          ...{ clock, disk: disk.of(life), warn: (sentence) => tell(life.name, sentence) },
        },
      ),
    );
    useTransport(network.transportOf(life));
    const session = createSession(own, ledger, null, createPacer(own.connection.quota, clock));
    useTransport();
    let left = worker.stops?.after ?? Number.POSITIVE_INFINITY;
    for (let at = 0; at < worker.rows.length; at += worker.batch) {
      const batch = worker.rows.slice(at, at + worker.batch);
      const refusal = await ledger.refusal();
      if (refusal && isRotten) {
        tell(life.name, `repairs the ledger: ${refusal.message}`);
        await repairLedger(ledgerPath, { disk: disk.of(life), clock });
        isRotten = false;
        at -= worker.batch;
        continue;
      }
      if (refusal && /damaged|kind of file|compaction/.test(refusal.message))
        judge.broken ??= `a whole ledger is refused: ${refusal.message}`;
      judge.offered(life, `${life.name} ${worker.oneRun ? "" : at}`, batch, own.connection.ceilings);
      const stop = new AbortController();
      const options = { signal: stop.signal };
      const outcomes = runRecords(refusal ?? session, batch, options, worker.oneRun ? "sync" : undefined);
      for (const row of batch) {
        if (left-- <= 0 && worker.stops?.by === "leaving") {
          tell(life.name, "leaves its run");
          await outcomes.return(undefined as never);
          await ledger.close();
          return;
        }
        if (left < 0) stop.abort();
        const { value } = await outcomes.next();
        if (value === undefined || !("trace" in value)) {
          judge.broken ??= "a row has no outcome";
          return;
        }
        const { status, error, attempts } = value.trace;
        tell(life.name, `row ${row.id}: ${status}${error ? `, ${error.code}` : ""}, ${attempts} calls`);
        judge.handedOver(life, row, value);
        hand(row);
        if (own === recovery) judge.recovered(row, value);
        if (worker.slowMs > 0) await clock.sleep(worker.slowMs * clock.random());
      }
      const { done, value } = await outcomes.next();
      if (!done) judge.broken ??= "a row has two outcomes";
      else judge.summed(life, value);
    }
    await ledger.close();
  };

  let atWork = 0;
  const work = async (name: string, worker: Worker, own: Plan): Promise<void> => {
    atWork++;
    await new Promise<void>((resolve) => time.after(worker.startMs, resolve));
    let rest = worker.rows;
    for (let n = 0; ; n++) {
      const { life, end } = begin(`${name}.${n + 1}`, worker.kills[n] ?? Number.POSITIVE_INFINITY);
      const handed = new Set<Row>();
      const how = await Promise.race([
        live(life, { ...worker, rows: rest }, own, (row) => handed.add(row)).catch((error: Error) => {
          if (!isRotten) judge.broken ??= `a process ends by an error: ${error.stack}`;
        }),
        end,
      ]);
      if (how !== "killed") {
        tell(life.name, "ends");
        leave(life);
        break;
      }
      if (worker.oneRun) rest = rest.filter((row) => !handed.has(row));
      await new Promise<void>((resolve) => time.after(chance.next() * 3_000, resolve));
    }
    atWork--;
  };

  let steps = 0;
  const isBroken = (): boolean => {
    steps++;
    if (steps > mostSteps) judge.broken ??= "it never comes to an end";
    return judge.broken !== null;
  };
  const settle = async (): Promise<void> => {
    await clock.run(() => isBroken() || atWork === 0);
    if (atWork > 0) judge.broken ??= "all stands still";
  };

  for (const { at, rots } of scenario.powerCuts)
    time.after(at, () => {
      if (atWork === 0 || recovery !== null) return;
      tell("world", "the power fails");
      for (const life of [...lives]) life.kill();
      disk.powerCut();
      if (rots && rot(disk, chance)) {
        tell("world", "the disk has lost some of the ledger");
        isRotten = true;
        judge.rotted();
      }
    });
  const clearUp = (): void => {
    disk.weather = calm.disk;
    bedrock.weather = calm.service;
    network.weather = calm.network;
  };
  time.after(scenario.calmAt, () => {
    tell("world", "it is calm");
    clearUp();
  });

  let recovery: Plan | null = null;
  workers.forEach((worker, at) => void work(`p${at + 1}`, worker, plan));
  await settle();
  if (judge.broken === null) {
    tell("world", "recovery");
    clearUp();
    recovery = planOf({});
    void work(
      "recovery",
      { ...{ rows, batch: 1000, oneRun: true, kills: [], stops: null, slowMs: 0, startMs: 0 } },
      recovery,
    );
    await settle();
  }
  return { scenario, broken: judge.broken, trace, steps };
};

let warm: Promise<unknown> | undefined;

/** The first call of all has the SDK look for files, which takes no virtual time. */
const warmUp = async (): Promise<void> => {
  const { signal } = new AbortController();
  const refuse = async (): Promise<never> => {
    throw new Error("It is not to be sent.");
  };
  const { connection, ...plan } = planOf({});
  const ways = { metadata: { handlerProtocol: "http/1.1" }, handle: refuse, destroy: () => undefined };
  useTransport(() => ({ ...ways, updateHttpClientConfig: () => undefined, httpHandlerConfigs: () => ({}) }));
  const invoke = createInvoke(connection, readerOf(plan));
  useTransport();
  await invoke(renderRequest({ text: "" }, { connection, ...plan }) as InvokeRequest, signal);
};

const mostSteps = 100_000;

const plans = new Map<string, Plan>();
const planOf = (settings: Scenario["settings"]): Plan => {
  const name = JSON.stringify(settings);
  const plan =
    plans.get(name) ??
    compilePlan(
      localConfig("https://bedrock.test", {
        ...{ ledger: ledgerPath, ...settings },
        request_format: JSON.stringify({
          messages: [{ role: "user", content: [{ text: "Summarise: {{ text }}" }] }],
          inferenceConfig: { maxTokens: 50 },
        }),
      }),
      "enrich",
    );
  if (plan instanceof ConnectorError) throw plan;
  plans.set(name, plan);
  return plan;
};

const rowIn = (body: string): string => /Row \d+/.exec(body)?.[0] ?? body;
