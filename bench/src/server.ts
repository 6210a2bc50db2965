/** The process of the local Bedrock of one run: tells its parent where it is, and at the end what it saw. */
import { startEmulator } from "../../dist/testing/emulator/index.js";
import { type Account, answerTokens, type Sample, type Served } from "./account.js";
import { makeCertificate } from "./certificate.js";
import { openFront } from "./front.js";
import type { Addresses } from "./job.js";

const sampleMs = 50;
const [account, withTls] = JSON.parse(process.argv[2] ?? "") as [Account, boolean];
const emulator = await startEmulator({
  latencyMs: account.latencyMs,
  quota: account.quota ?? null,
  faults: [{ kind: "stop", reason: "end_turn", text: "word".repeat(answerTokens) }],
});
const certificate = withTls ? makeCertificate() : null;
const secure = certificate && (await openFront(emulator.url, certificate));
const tls = secure && certificate ? { url: secure.url, certificate: certificate.cert } : null;
const addresses: Addresses = { url: emulator.url, tls };

const samples: Sample[] = [];
let startedAt: number | null = null;
const sample = (): void => {
  const { admitted, rejected, answered, input_tokens, output_tokens } = emulator.stats();
  if (admitted + rejected === 0) return;
  if (startedAt === null) begin();
  samples.push({
    atS: (performance.now() - (startedAt ?? 0)) / 1000,
    admitted,
    rejected,
    answered,
    inputTokens: input_tokens,
    outputTokens: output_tokens,
  });
};
const timer = setInterval(sample, sampleMs);

function begin(): void {
  startedAt = performance.now();
  const { quota = null, later } = account;
  // Set again, so that fixed windows start with the first call.
  emulator.setQuota(quota);
  if (later) setTimeout(() => emulator.setQuota(later.quota), later.afterS * 1000);
}

process.on("message", () => {
  clearInterval(timer);
  sample();
  const { user, system } = process.cpuUsage();
  const served: Served = {
    samples,
    connections: secure ? secure.connections() : emulator.stats().connections,
    cpuMs: (user + system) / 1000,
  };
  process.send?.(served, () => process.exit());
});
process.send?.(addresses);
