import { once } from "node:events";
import { connect } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { expect } from "chai";
import { startEmulator } from "../../../src/testing/emulator/index.js";
import { clientFor, invoke, refusalOf } from "./client.js";

const modelId = "cohere.command-r-v1:0";
const message = "I was charged $1,000 twice on Monday.";

describe("emulator: running", () => {
  it("counts what went over the wire and tells it on /__stats too", async () => {
    const emulator = await startEmulator();
    const client = clientFor(emulator);
    await invoke(client, modelId, { message });
    const { body } = await invoke(client, modelId, { message });
    await refusalOf(invoke(client, modelId, {}));
    await refusalOf(invoke(client, "__proto__", {}));
    client.destroy();
    const stats = emulator.stats();
    const { text } = body as { text: string };
    expect(stats).to.deep.include({
      requests: 4,
      answered: 2,
      refused: { ValidationException: 2 },
      input_tokens: 2 * Math.ceil(message.length / 4),
      output_tokens: 2 * Math.ceil(text.length / 4),
      in_flight: 0,
      most_in_flight: 1,
      roles_assumed: 0,
    });
    expect(Object.entries(stats.models)).to.deep.equal([
      [modelId, 3],
      ["__proto__", 1],
    ]);
    const page = (await (await fetch(`${emulator.url}/__stats`)).json()) as object;
    expect(page).to.deep.equal({ ...stats, connections: stats.connections + 1 });
    await emulator.close();
  });

  it("counts connections, however many requests they carry", async () => {
    const emulator = await startEmulator();
    const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
    await once(socket, "connect");
    const get = "GET /__stats HTTP/1.1\r\nhost: emulator\r\n";
    socket.write(`${get}\r\n${get}connection: close\r\n\r\n`);
    const replies = await readAll(socket);
    expect(replies.match(/"connections":1\b/g)).to.have.length(2);
    await emulator.close();
  });

  it("gives the same prompt the same answer, in any emulator", async () => {
    const texts: unknown[] = [];
    for (let run = 0; run < 2; run += 1) {
      const emulator = await startEmulator();
      const client = clientFor(emulator);
      const { body } = await invoke(client, modelId, { message });
      texts.push((body as { text: string }).text);
      client.destroy();
      await emulator.close();
    }
    expect(texts[0]).to.match(/Mentions: \$1,000 \(money\), Monday \(date\)\.$/);
    expect(texts[1]).to.equal(texts[0]);
  });

  it("lets many requests wait at once", async () => {
    const emulator = await startEmulator({ latencyMs: 1_500 });
    const client = clientFor(emulator);
    const answers = await Promise.all(Array.from({ length: 20 }, () => invoke(client, modelId, { message })));
    client.destroy();
    expect(emulator.stats()).to.include({ answered: 20, most_in_flight: 20 });
    for (const { headers } of answers)
      expect(Number(headers["x-amzn-bedrock-invocation-latency"])).to.be.at.least(1_499);
    await emulator.close();
  });

  it("closes at once while a request waits", async () => {
    const emulator = await startEmulator({ latencyMs: 3_600_000 });
    const client = clientFor(emulator);
    const call = refusalOf(invoke(client, modelId, { message }));
    while (emulator.stats().in_flight === 0) await fetch(`${emulator.url}/__stats`);
    await emulator.close();
    expect((await call).message).to.match(/hang up|ECONNRESET|aborted/);
    client.destroy();
  });

  it("rejects when its port is taken", async () => {
    const emulator = await startEmulator();
    const port = Number(new URL(emulator.url).port);
    const error = await refusalOf(startEmulator({ port }));
    expect(error).to.include({ code: "EADDRINUSE" });
    await emulator.close();
  });
});
