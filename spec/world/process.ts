import { useTransport } from "../../src/bedrock/transport.js";
import type { Clock } from "../../src/core/clock.js";
import type { Outcome } from "../../src/core/outcome.js";
import { runRecords } from "../../src/enrich/enrich-rows.js";
import type { Plan } from "../../src/enrich/plan.js";
import { createSession } from "../../src/enrich/session.js";
import type { Disk } from "../../src/run/ledger/disk.js";
import type { Connect } from "../../src/run/ledger/postgres/database.js";
import { createDatabaseLedger } from "../../src/run/ledger/postgres/database-ledger.js";
import { repairLedger } from "../../src/run/ledger/repair.js";
import { createSharedLedger, type SharedLedger } from "../../src/run/ledger/shared-ledger.js";
import { createPacer } from "../../src/run/pacer/pacer.js";
import type { Chance } from "./chance.js";
import { ledgerPath, type VirtualDisk } from "./disk.js";
import type { Judge } from "./laws.js";
import { clockOf, type Life, type Time } from "./life.js";
import type { VirtualNetwork } from "./network.js";
import type { VirtualPostgres } from "./postgres.js";
import { type Row, rowIn, type Scenario, type Worker } from "./scenario.js";

/** What the processes of a world have around them. */
export interface Surroundings {
  readonly ledger: Scenario["ledger"];
  readonly time: Time;
  readonly chance: Chance;
  readonly disk: VirtualDisk;
  readonly postgres: VirtualPostgres;
  readonly network: VirtualNetwork;
  readonly judge: Judge;
  readonly defect: Defect;
  /** Notes what happens, and to which row. */
  tell(who: string, what: string, row?: string): void;
}

/** What is wrong on purpose with the parts that a process is made of. */
export interface Defect {
  readonly disk?: (disk: Disk) => Disk;
  readonly connect?: (connect: Connect) => Connect;
  readonly ledger?: (ledger: SharedLedger) => SharedLedger;
  readonly clock?: (clock: Clock) => Clock;
  readonly transport?: (make: ReturnType<VirtualNetwork["transportOf"]>) => typeof make;
  readonly outcome?: (outcome: Outcome) => Outcome;
}

/** What one process has to do. */
interface Job extends Pick<Worker, "rows" | "batch" | "stops" | "slowMs" | "lingerMs"> {
  readonly plan: Plan;
  /** The id of the run that all its batches are; `undefined` where each is a run of its own. */
  readonly runId: string | undefined;
  /** Called with each row that has been handed over. */
  handed(row: Row, outcome: Outcome): void;
}

/** The parts of one process that a connector has once in a process. */
const startUp = (around: Surroundings, life: Life, plan: Plan) => {
  const { time, chance, disk, postgres, network, judge, defect, tell } = around;
  const same = <Part>(part: Part): Part => part;
  const clock = (defect.clock ?? same)(clockOf(life, time, chance.of(life.name)));
  const ownDisk = (defect.disk ?? same)(disk.of(life));
  const warn = (sentence: string, name: string): void => {
    tell(life.name, sentence);
    if (name === "LedgerPending") judge.named(life);
  };
  const ledger =
    around.ledger === "file"
      ? createSharedLedger(ledgerPath, {}, { clock, disk: ownDisk, warn })
      : createDatabaseLedger("postgres://world", {
          ...{ clock, warn, connect: (defect.connect ?? same)(postgres.connectOf(life)) },
        });
  const kept = (defect.ledger ?? same)(watched(ledger, life, judge, tell));
  useTransport((defect.transport ?? same)(network.transportOf(life)));
  const session = createSession(plan, kept, null, createPacer(plan.connection.quota, clock));
  useTransport();
  return { clock, disk: ownDisk, ledger: kept, session };
};

/** A ledger that tells what is found in it and written into it. */
const watched = (
  ledger: SharedLedger,
  life: Life,
  judge: Judge,
  tell: Surroundings["tell"],
): SharedLedger => ({
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
      judge.couldNotWrite(life, entry, error as Error);
      throw error;
    }
    judge.wrote(life, entry);
  },
});

/** Hands a process's rows over, batch by batch, until all have come back or it is stopped. */
export const runProcess = async (around: Surroundings, life: Life, job: Job): Promise<void> => {
  const { judge, defect, tell } = around;
  const { plan, rows, batch, stops, slowMs, runId } = job;
  const { clock, disk, ledger, session } = startUp(around, life, plan);
  function* taking(batch: readonly Row[]): Generator<Row> {
    for (const row of batch) {
      judge.took(life);
      yield row;
    }
  }
  let left = stops?.after ?? Number.POSITIVE_INFINITY;
  for (let at = 0; at < rows.length; at += batch) {
    const refusal = await openOrRepair(around, life, ledger, { disk, clock });
    const handed = rows.slice(at, at + batch);
    judge.offered(life, runId ?? `${life.name}/${at}`, handed, plan.connection.ceilings);
    const stop = new AbortController();
    // Node keeps a signal that depends on another one until it is aborted, which that of a dead process never is.
    const options = stops?.by === "signal" ? { signal: stop.signal } : {};
    const outcomes = runRecords(refusal ?? session, taking(handed), options, runId);
    for (const row of handed) {
      if (left-- <= 0 && stops?.by === "leaving") {
        tell(life.name, "leaves its run");
        await outcomes.return(undefined as never);
        await ledger.close();
        return;
      }
      if (left < 0) stop.abort();
      const { value: came, done } = await outcomes.next();
      if (done) return judge.breaks("a row has no outcome");
      const outcome = defect.outcome?.(came) ?? came;
      const { status, error, attempts } = outcome.trace;
      tell(
        life.name,
        `comes out ${status}, ${error?.code ?? "no error"}, ${attempts} calls`,
        rowIn(row.text),
      );
      judge.handedOver(life, row, outcome);
      job.handed(row, outcome);
      if (slowMs > 0) await clock.sleep(slowMs * clock.random());
    }
    const { value: summary, done } = await outcomes.next();
    if (!done) return judge.breaks("a row has two outcomes");
    judge.summed(life, summary);
  }
  if (ledger.underway.size > 0) judge.breaks("calls are remembered that have ended");
  await clock.sleep(job.lingerMs);
  await ledger.close();
  judge.closed(life);
};

/** Why the ledger cannot be used, as a host learns it before each batch. One that the disk has damaged is repaired. */
const openOrRepair = async (
  { judge, tell }: Surroundings,
  life: Life,
  ledger: SharedLedger,
  place: { readonly disk: Disk; readonly clock: Clock },
) => {
  const refusal = await ledger.refusal();
  if (!refusal || !/damaged|kind of file|compaction/.test(refusal.message)) return refusal;
  if (!judge.isRotten) judge.breaks(`a whole ledger is refused: ${refusal.message}`);
  tell(life.name, "repairs the ledger");
  await repairLedger(ledgerPath, place).catch((error: Error) => tell(life.name, error.message));
  return ledger.refusal();
};
