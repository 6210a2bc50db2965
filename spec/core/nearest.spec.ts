import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fileFailure } from "../../src/core/file-failure.js";
import { nearest, slipOf } from "../../src/core/nearest.js";
import { AwsBedrockModel } from "../../src/index.js";
import { rowsOf } from "../support/rows.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

describe("did you mean", () => {
  it("takes the nearest, whatever its case, and nothing that is far", () => {
    expect(nearest("NAME", ["id", "Name", "names"])).to.equal("Name");
    expect(nearest("nova-lite", ["amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0"])).to.equal(
      "amazon.nova-lite-v1:0",
    );
    expect(nearest("zebra", ["id", "name"])).to.equal(undefined);
    expect(nearest("x", [])).to.equal(undefined);
  });

  it("takes for a slip only what is a letter or two away", () => {
    expect(slipOf("max_concurency", ["max_concurrency", "max_rows"])).to.equal("max_concurrency");
    expect(slipOf("setting_of_a_later_release", ["max_rows"])).to.equal(undefined);
  });

  it("names the file beside the one that is not there", () => {
    const folder = mkdtempSync(join(tmpdir(), "near-"));
    try {
      writeFileSync(join(folder, "tickets.csv"), "");
      const missing = Object.assign(new Error("x"), { code: "ENOENT" });
      expect(fileFailure("read", join(folder, "ticket.csv"), missing).message).to.equal(
        `cannot read ${join(folder, "ticket.csv")}: no such file or folder; did you mean "${join(folder, "tickets.csv")}"?`,
      );
      expect(fileFailure("read", join(folder, "no", "x.csv"), missing).message).to.match(
        /no such file or folder$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names the column that is like the one that a record lacks, and none of its values", async () => {
    const request_format = { messages: [{ role: "user", content: [{ text: "{{ boddy }}" }] }] };
    const config = localConfig("http://127.0.0.1:1", { request_format });
    const [row] = rowsOf(
      await new AwsBedrockModel().write(syncConfig(config), [{ id: 1, Body: "a secret" }]),
    );
    expect(row?._bedrock.error?.message).to.include("Missing: boddy").and.to.include('Did you mean "Body"?');
    expect(JSON.stringify(row?._bedrock)).not.to.include("a secret");
  });
});
