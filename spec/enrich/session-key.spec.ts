import { expect } from "chai";
import { sessionKey } from "../../src/enrich/session-key.js";

describe("sessionKey", () => {
  const settings = () => ({ region: "us-east-1", max_concurrency: 5, log_payloads: false, ledger: null });

  it("is the same for equal settings, and another for every other setting, name and purpose", () => {
    const key = sessionKey(settings(), "enrich");
    expect(sessionKey(settings(), "enrich")).to.equal(key);
    const others: [unknown, string][] = [
      [settings(), "read"],
      [{ ...settings(), region: "us-east-2" }, "enrich"],
      [{ ...settings(), max_concurrency: "5" }, "enrich"],
      [{ ...settings(), more: "x" }, "enrich"],
      [{ region: "us-east-1" }, "enrich"],
      [null, "enrich"],
      [[settings()], "enrich"],
    ];
    const keys = others.map(([config, purpose]) => sessionKey(config, purpose));
    expect(new Set([key, ...keys]).size).to.equal(others.length + 1);
    expect(sessionKey(settings(), "enrich")).to.equal(key);
  });

  it("sees a change in the very same object, however deep", () => {
    const config: Record<string, unknown> = settings();
    const before = sessionKey(config, "enrich");
    config.region = "us-east-2";
    expect(sessionKey(config, "enrich")).to.not.equal(before);
    const deep = { ...settings(), request_format: { messages: [{ text: "a" }] } };
    const first = sessionKey(deep, "enrich");
    (deep.request_format.messages[0] as { text: string }).text = "b";
    expect(sessionKey(deep, "enrich")).to.not.equal(first);
  });

  it("holds no secret", () => {
    expect(sessionKey({ secret_access_key: "geheim" }, "enrich")).to.match(/^[0-9a-f]{64}$/);
  });
});
