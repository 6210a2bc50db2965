import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { useTransport } from "../../src/bedrock/transport.js";
import { ConnectorError } from "../../src/core/errors.js";
import type { InvokeRequest } from "../../src/core/invoke.js";
import { compilePlan, type Plan } from "../../src/enrich/plan.js";
import { readerOf } from "../../src/enrich/reader.js";
import { renderRequest } from "../../src/enrich/request.js";
import { localConfig } from "../support/sync-config.js";
import { virtualClock } from "../support/virtual-clock.js";
import { createBedrock } from "./bedrock.js";
import { chanceOf } from "./chance.js";
import { createDisk, ledgerPath, linesOf, rot } from "./disk.js";
import { createJudge } from "./laws.js";
import { type Life, timeOf } from "./life.js";
import { createNetwork } from "./network.js";
import { createPostgres } from "./postgres.js";
import { type Defect, runProcess, type Surroundings } from "./process.js";
import { calm, isExact, type Row, rowIn, type Scenario, scenarioOf, type Worker } from "./scenario.js";

/** Something that happened: when, in milliseconds, to whom, what, and to which row. */
interface Line {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly row?: string | undefined;
}

/** How a seed's world came to its end. */
export interface Ended {
  readonly scenario: Scenario;
  /** The law that was broken; `null` for none. */
  readonly broken: string | null;
  /** The row that it was broken with. */
  readonly about: string | null;
  readonly trace: readonly Line[];
  readonly steps: number;
}

/** Plays one seed: what its processes do with their rows in its weather, and then what is left of it when all is calm. */
export const play = async (seed: number, defect: Defect = {}): Promise<Ended> => {
  warm ??= warmUp();
  await warm;
  const scenario = scenarioOf(seed);
  const { weather, calmAt, powerCuts, outages, ledger } = scenario;
  const chance = chanceOf(seed);
  const clock = virtualClock(seed);
  const time = timeOf(clock);
  const plan = planOf(scenario.settings);
  const trace: Line[] = [];
  const tell: Surroundings["tell"] = (who, what, row) => {
    trace.push({ at: time.now(), who, what, row });
  };
  const judge = createJudge(plan, ledger, isExact(scenario), time.now);
  const disk = createDisk(time, chance.of("disk"), weather.disk);
  const postgres = createPostgres(time, chance.of("postgres"), judge.renewed, weather.postgres);
  const bedrock = createBedrock(
    time,
    chance.of("bedrock"),
    (call) => {
      tell(call.life.name, `at Bedrock: ${call.fate}${call.billed ? ", billed" : ""}`, rowIn(call.body));
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
      tell(life.name, answer ? `answered with ${answer.status}` : "not answered", rowIn(body));
      judge.ended(ending);
    },
    weather.network,
  );
  const around: Surroundings = { ledger, time, chance, disk, postgres, network, judge, defect, tell };

  const lives = new Set<Life>();
  const leave = (life: Life): void => {
    life.isOver = true;
    lives.delete(life);
    judge.died(life);
    disk.release(life);
  };

  /** A host's place for a process, with another one for each that is killed. Counts as long as there is something to do. */
  let atWork = 0;
  const work = async (name: string, worker: Worker, own: Plan): Promise<void> => {
    atWork++;
    await pause(worker.startMs);
    const left = new Set(worker.rows);
    for (let n = 0; ; n++) {
      const { life, end } = begin(`${name}.${n + 1}`, worker.kills[n]);
      const handed = (row: Row): unknown => worker.oneRun && left.delete(row);
      const runId = worker.oneRun ? runIdOf(life) : undefined;
      const job = { ...worker, rows: [...left], plan: own, runId, handed };
      const how = await Promise.race([
        runProcess(around, life, job).catch((error) => judge.breaks(`a process ends by ${error.stack}`)),
        end,
      ]);
      if (how === "killed") await pause(chance.next() * 3_000);
      else {
        tell(life.name, "ends");
        leave(life);
        break;
      }
    }
    atWork--;
  };
  // Workers at one table share a run by its id; at one file each process has its own.
  const runIdOf = ({ name }: Life): string => (ledger === "postgres" ? "sync" : name);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => time.after(ms, resolve));
  const begin = (name: string, stepsLeft = Number.POSITIVE_INFINITY) => {
    let life: Life | undefined;
    const end = new Promise<"killed">((resolve) => {
      const kill = (): void => {
        tell(name, "is killed");
        leave(life as Life);
        resolve("killed");
      };
      life = { name, stepsLeft, isOver: false, timers: 0, kill };
    });
    lives.add(life as unknown as Life);
    tell(name, "starts");
    return { life: life as unknown as Life, end };
  };

  let isRecovery = false;
  const powerFails = (rots: boolean): void => {
    if (isRecovery) return;
    tell("world", "the power fails");
    for (const life of [...lives]) life.kill();
    disk.powerCut();
    if (!rots || !rot(disk, chance)) return;
    tell("world", "the disk has lost some of the ledger");
    judge.isRotten = true;
  };
  for (const { at, rots } of powerCuts) time.after(at, () => powerFails(rots));
  const cuts = chance.of("cuts");
  disk.rewrites = () => {
    if (cuts.happens(0.3)) time.after(cuts.next() * 10 * disk.weather.flushMs, () => powerFails(false));
  };
  for (const { at, ms } of outages) {
    const away = (isAway: boolean) => (): void => {
      if (isRecovery || ledger === "file") return;
      tell("world", `the database is ${isAway ? "away" : "back"}`);
      postgres.isAway = isAway;
    };
    time.after(at, away(true));
    time.after(at + ms, away(false));
  }
  const clearUp = (): void => {
    tell("world", "it is calm");
    postgres.isAway = false;
    postgres.weather = calm.postgres;
    disk.weather = calm.disk;
    bedrock.weather = calm.service;
    network.weather = calm.network;
  };
  time.after(calmAt, clearUp);

  let steps = 0;
  /** Lets everything happen until nobody is at work or a law is broken. */
  const settle = async (): Promise<void> => {
    await clock.run(() => {
      if (++steps > mostSteps) judge.breaks("it never comes to an end");
      for (const life of lives) judge.holds(life, disk.open(life));
      return judge.broken !== null || atWork === 0;
    });
    if (atWork > 0) judge.breaks("all stands still");
  };
  scenario.workers.forEach((worker, at) => void work(`p${at + 1}`, worker, plan));
  await settle();
  isRecovery = true;
  clearUp();
  judge.recovers();
  const before = linesOf(disk).all;
  if (judge.broken === null) void work("recovery", recoverer(scenario.rows), usualPlan());
  await settle();
  const { all, untold } = linesOf(disk);
  if (all > before && untold > 0) judge.breaks("the head of the ledger does not tell of all its lines");
  return { scenario, broken: judge.broken, about: judge.about, trace, steps };
};

const mostSteps = 1_000_000;

const recoverer = (rows: readonly Row[]): Worker => ({
  ...{ rows, batch: rows.length, oneRun: false, kills: [], stops: null, slowMs: 0, lingerMs: 0, startMs: 0 },
});

const planOf = (settings: Scenario["settings"]): Plan => {
  const body = {
    messages: [{ role: "user", content: [{ text: "Summarise: {{ text }}" }] }],
    inferenceConfig: { maxTokens: 50 },
  };
  const config = { ledger: ledgerPath, ...settings, request_format: JSON.stringify(body) };
  const plan = compilePlan(localConfig("https://bedrock.test", config), "enrich");
  if (plan instanceof ConnectorError) throw plan;
  return plan;
};

/** Nothing of a world stays with a plan. */
const usualPlan = (): Plan => {
  usual ??= planOf({});
  return usual;
};

let usual: Plan | undefined;

let warm: Promise<unknown> | undefined;

/** The first call of all has the SDK look for files, which takes no virtual time. */
const warmUp = async (): Promise<void> => {
  const refuse = async (): Promise<never> => {
    throw new Error("It is not to be sent.");
  };
  const ways = { metadata: { handlerProtocol: "http/1.1" }, handle: refuse, destroy: () => undefined };
  useTransport(() => ({ ...ways, updateHttpClientConfig: () => undefined, httpHandlerConfigs: () => ({}) }));
  const plan = usualPlan();
  const invoke = createInvoke(plan.connection, readerOf(plan));
  useTransport();
  await invoke(renderRequest({ text: "" }, plan) as InvokeRequest, new AbortController().signal);
};
