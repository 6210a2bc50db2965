import { expect } from "chai";
import { settingsOf, useStandIn } from "../support/stand-in.js";

const guarded = { guardrail_identifier: "gr-1", guardrail_version: "1" };
const text = "Card {CREDIT_DEBIT_CARD_NUMBER} is valid.";
const usage = { topicPolicyUnits: 0, sensitiveInformationPolicyUnits: 2 };

const assessment = (actions: readonly string[], more: object = {}) => ({
  sensitiveInformationPolicy: {
    piiEntities: actions.map((action) => ({ action, match: "4111", type: "CREDIT_DEBIT_CARD_NUMBER" })),
  },
  invocationMetrics: { guardrailProcessingLatency: 9, usage },
  ...more,
});
const traceOf = (...assessments: readonly object[]) => ({ outputs: [{ "gr-1": assessments }] });

/** The same answer, as both APIs tell of what a guardrail did. */
const apis = {
  invoke_model: (trace: object | null, intervened = true) => ({
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { input_tokens: 20, output_tokens: 10 },
    "amazon-bedrock-guardrailAction": intervened ? "INTERVENED" : "NONE",
    ...(trace && { "amazon-bedrock-trace": { guardrail: trace } }),
  }),
  converse: (trace: object | null, intervened = true) => ({
    output: { message: { role: "assistant", content: [{ text }] } },
    stopReason: intervened ? "guardrail_intervened" : "end_turn",
    usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
    ...(trace && { trace: { guardrail: trace } }),
  }),
} as const;

for (const [api, bodyOf] of Object.entries(apis) as [keyof typeof apis, (typeof apis)["converse"]][])
  describe(`guardrails, ${api}`, () => {
    const bedrock = useStandIn();
    const settings = { ...settingsOf("claude", api), ...guarded };

    it("what was masked is enriched and marked, and its units are named", async () => {
      const body = bodyOf(traceOf(assessment(["ANONYMIZED"]), assessment(["ANONYMIZED", "NONE"])));
      const { row, summary } = await bedrock.run(settings, { body });
      expect(row._bedrock).to.deep.include({ status: "enriched", guardrail: "masked", billed: "yes" });
      expect(row._bedrock.usage).to.deep.equal({ guardrail_units: { sensitiveInformationPolicyUnits: 4 } });
      expect(row.completion).to.equal(text);
      expect(summary).to.include({ enriched: 1, masked: 1 });
    });

    const blocked: [what: string, body: object][] = [
      ["what was blocked", bodyOf(traceOf(assessment(["BLOCKED"])))],
      [
        "what was masked here and blocked there",
        bodyOf(traceOf(assessment(["ANONYMIZED"]), assessment(["BLOCKED"]))),
      ],
      [
        "a topic",
        bodyOf(traceOf({ topicPolicy: { topics: [{ action: "BLOCKED", name: "x", type: "DENY" }] } })),
      ],
      ["a prompt", bodyOf({ input: { "gr-1": assessment(["BLOCKED"]) } })],
      ["a prompt, as Converse names it", bodyOf({ inputAssessment: { "gr-1": assessment(["BLOCKED"]) } })],
      ["an action that is not known", bodyOf(traceOf(assessment(["QUARANTINED"])))],
      ["an intervention without a trace", bodyOf(null)],
      ["an intervention whose trace tells of no action", bodyOf(traceOf(assessment([])))],
    ];
    for (const [what, body] of blocked)
      it(`fails: ${what}`, async () => {
        const { row, summary } = await bedrock.run(settings, { body });
        expect(row._bedrock).to.include({ status: "failed", guardrail: "blocked", billed: "yes" });
        expect(row._bedrock.error?.code).to.equal("guardrail_intervened");
        expect(row.completion).to.equal(null);
        expect(JSON.stringify(row)).to.not.contain("4111");
        expect(summary).to.deep.include({ masked: 0, failed: 1 });
        expect(summary.errors.guardrail_intervened?.count).to.equal(1);
      });

    it("a prompt that was masked before the model saw it is marked", async () => {
      const { row } = await bedrock.run(settings, {
        body: bodyOf({ input: { "gr-1": assessment(["ANONYMIZED"]) } }, false),
      });
      expect(row._bedrock).to.include({ status: "enriched", guardrail: "masked" });
    });

    it("that did nothing leaves no mark", async () => {
      const { row } = await bedrock.run(settings, { body: bodyOf(traceOf(assessment(["NONE"])), false) });
      expect(row._bedrock).to.include({ status: "enriched", guardrail: null });
    });

    it("the trace is asked for, since nothing else tells the two apart", async () => {
      await bedrock.run(settings, { body: bodyOf(null, false) });
      const [{ headers, body } = { headers: {}, body: {} }] = bedrock.sent();
      if (api === "converse")
        expect(body.guardrailConfig).to.deep.equal({
          trace: "enabled",
          guardrailIdentifier: "gr-1",
          guardrailVersion: "1",
        });
      else expect(headers).to.include({ "x-amzn-bedrock-trace": "ENABLED" });
      await bedrock.run(settingsOf("claude", api), { body: bodyOf(null, false) });
      expect(JSON.stringify(bedrock.sent())).to.not.match(/guardrail|bedrock-trace/i);
    });
  });
