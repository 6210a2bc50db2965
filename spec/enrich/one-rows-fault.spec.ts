import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import type { Fault } from "../../src/testing/emulator/index.js";
import { useBedrock } from "../support/bedrock.js";
import { encodings } from "../support/encodings.js";
import { startServer } from "../support/http-server.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

const letters = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `Letter ${id}.` }));

const write = (endpoint: string, rows: readonly unknown[], changes: Record<string, unknown> = {}) =>
  new AwsBedrockModel().write(
    syncConfig(localConfig(endpoint, changes), { sync_run_id: crypto.randomUUID() }),
    rows,
  );

const refusal = (id: number, message: string): Fault => ({
  kind: "error",
  status: 400,
  type: "ValidationException",
  message,
  includes: `Letter ${id}.`,
});

describe("three bad rows in front of fifty good ones", () => {
  const bedrock = useBedrock();

  const wordings: readonly (readonly [string, string])[] = [
    [
      "input_too_long",
      "The model returned the following errors: prompt is too long: 903884 tokens > 200000 maximum",
    ],
    ["input_too_long", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"],
    [
      "input_too_long",
      "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens",
    ],
    ["invalid_request", "Etwas an dieser Zeile gefällt uns nicht."],
    ["invalid_request", "messages: text content blocks must be non-empty"],
  ];
  for (const [code, message] of wordings)
    it(`cost nothing else: ${message.slice(0, 60)}`, async () => {
      bedrock.setFaults([0, 1, 2].map((id) => refusal(id, message)));
      const { tracking } = await write(bedrock.url, letters(53));
      expect(tracking).to.include({ success: 50, failed: 3 });
      expect(tracking.meta.summary).to.include({ failed: 3, not_sent: 0 });
      expect(tracking.meta.summary.errors).to.have.all.keys(code);
    });

  it("says what the service says of them", async () => {
    bedrock.setFaults([refusal(0, wordings[0]?.[1] ?? "")]);
    const { tracking } = await write(bedrock.url, letters(1));
    expect(tracking.meta.summary.errors.input_too_long?.message).to.contain(
      "prompt is too long: 903884 tokens > 200000 maximum",
    );
  });
});

describe("a fault of all rows", () => {
  const bedrock = useBedrock();

  it("is a template that the service refuses: five calls, none of them billed", async () => {
    bedrock.setFaults([
      { kind: "error", status: 400, type: "ValidationException", message: "messages: Field required" },
    ]);
    const before = bedrock.stats().requests;
    const { tracking } = await write(bedrock.url, letters(300));
    expect(bedrock.stats().requests - before).to.equal(5);
    expect(tracking.meta.summary).to.include({ failed: 5, not_sent: 295, cost_usd: 0 });
    expect(tracking.meta.summary.errors.run_broken?.message).to.contain("messages: Field required");
  });

  for (const [status, billed] of [
    [502, "unknown"],
    [504, "unknown"],
    [302, "no"],
    [307, "no"],
  ] as const)
    it(`is a proxy that answers ${status}: five calls, billed ${billed}`, async () => {
      const server = await startServer((request, response) => {
        request.resume().on("end", () => response.writeHead(status, { location: "/sign-in" }).end("<html>"));
      });
      try {
        const message = await write(server.url, letters(300));
        expect(server.requests()).to.equal(5);
        const { summary } = message.tracking.meta;
        expect(summary.not_sent).to.equal(295);
        expect(summary.failed + summary.held).to.equal(5);
        const sent = rowsOf(message).map(({ _bedrock }) => _bedrock as { attempts: number; billed: string });
        for (const trace of sent.filter(({ attempts }) => attempts > 0)) expect(trace).to.include({ billed });
      } finally {
        await server.close();
      }
    });
});

describe("a value in an error of the service", () => {
  const value = "ZXQÄJ-7731 Qëxly";
  const answer = { output: { message: { content: [{ text: "Fine." }] } }, stopReason: "end_turn" };

  it("is in nothing that comes out, in whatever form and place it comes back", async () => {
    const forms = Object.values(encodings).map((encode) => encode(value));
    const server = await startServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const form = forms[Number(/row (\d+)/.exec(body)?.[1] ?? Number.NaN)];
        if (form === undefined) {
          response.end(JSON.stringify(answer));
          return;
        }
        const header = form.replace(/[^ -~]/g, "?");
        response.writeHead(400, {
          "x-amzn-errortype": `com.x#${header.replace(/[^\w]/g, "")}`,
          "x-amzn-requestid": header,
          "retry-after": header,
          location: header,
        });
        const cut = form.slice(1, -1);
        response.end(
          JSON.stringify({
            message: `Invalid value '${form}' at #/messages/0/${form}: found ${cut}`,
            __type: `${cut}`,
            error: { type: form, code: cut, message: form },
          }),
        );
      });
    });
    try {
      const rows = [
        { id: "first", text: "Hello" },
        ...forms.map((_, id) => ({ id, text: `row ${id} of ${value}` })),
      ];
      const { tracking } = await write(server.url, rows, {
        request_format: '{"messages":[{"role":"user","content":[{"text":"{{ text }}"}]}]}',
      });
      expect(tracking.failed).to.equal(forms.length);
      const said = JSON.stringify([
        tracking.logs,
        tracking.meta.summary,
        rowsOf({ tracking }).map((row) => row._bedrock),
      ]);
      for (const form of forms)
        for (let at = 0; at + 6 <= form.length; at++) {
          const piece = form.slice(at, at + 6);
          expect(said).to.not.contain(piece);
          expect(said).to.not.contain(JSON.stringify(piece).slice(1, -1));
        }
    } finally {
      await server.close();
    }
  });
});

describe("odd headers of an answer", () => {
  it("cost neither it nor the next one", async () => {
    const answer = { output: { message: { content: [{ text: "Fine." }] } }, stopReason: "end_turn" };
    const odd: readonly Record<string, string>[] = [
      { date: "yesterday", age: "old" },
      { date: "Thu, 01 Jan 1970 00:00:00 GMT" },
      { date: "", "x-amzn-requestid": "", "x-amzn-bedrock-input-token-count": "-5" },
      { "x-amzn-bedrock-output-token-count": "1e9", "x-amzn-bedrock-invocation-latency": "NaN" },
    ];
    const server = await startServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(200, odd[server.requests() % odd.length]).end(JSON.stringify(answer));
      });
    });
    try {
      const { tracking } = await write(server.url, letters(12), { max_concurrency: 1 });
      expect(tracking).to.include({ success: 12, failed: 0 });
      expect(server.requests()).to.equal(12);
    } finally {
      await server.close();
    }
  });
});
