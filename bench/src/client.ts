/** The process of one client: does its job, sends its parent what it measured, and ends. */
import { setTimeout as delay } from "node:timers/promises";
import type { Addresses, ClientSample, CreateClient, Job, Measured } from "./job.js";
import { type Ended, makeRows, untilOver } from "./rows.js";

const [job, addresses] = JSON.parse(process.argv[2] ?? "") as [Job, Addresses];
const { createClient } = (await import(`./clients/${job.client}.js`)) as { createClient: CreateClient };
const client = await createClient(job, addresses);
const warmUp = job.warmUp ?? 0;
if (warmUp > 0) await client.run(makeRows(0, warmUp), () => undefined);
process.send?.(await measure());
await client.close?.();
process.disconnect();
process.exit();

async function measure(): Promise<Measured> {
  const failures: Record<string, number> = {};
  const samples: ClientSample[] = [];
  const step = Math.max(1, Math.floor(job.rows / 100));
  const cpuSoFar = (): number => {
    const { user, system } = process.cpuUsage();
    return client.cpuMs?.() ?? (user + system) / 1000;
  };
  const [startedAt, cpu] = [performance.now(), cpuSoFar()];
  const cpuMs = (): number => cpuSoFar() - cpu;
  let rows = 0;
  const ended: Ended = (failure) => {
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
    rows += 1;
    if (rows % step === 0) samples.push({ rows, cpuMs: cpuMs(), rssMb: process.memoryUsage.rss() / 2 ** 20 });
  };
  const all = makeRows(warmUp, warmUp + job.rows);
  if (job.seconds === undefined) await client.run(all, ended);
  // One that is still at rows which it took up before gets as much time again.
  else await Promise.race([client.run(untilOver(all, job.seconds), ended), delay(2000 * job.seconds)]);
  return {
    rows,
    cpuMs: cpuMs(),
    wallMs: performance.now() - startedAt,
    failures,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    samples,
  };
}
