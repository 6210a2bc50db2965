import { expect } from "chai";
import { runConformance } from "../../../src/testing/conformance/index.js";

const message = {
  type: "connector_spec",
  connector_spec: {
    stream_type: "static",
    connection_specification: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      required: ["key"],
      properties: { key: { type: "string", title: "Key", description: "café \u2028 \u2029", order: 1 } },
    },
  },
};

/** The first rule, put to a command that answers with these bytes. */
const judged = (encoding: BufferEncoding) => {
  const program = `process.stdin.on("data", (line) => {
      const answer = JSON.stringify({ id: JSON.parse(line).id, message: ${JSON.stringify(message)} });
      process.stdout.write(Buffer.from(answer + "\\n", "${encoding}"));
    })`;
  const descriptor = {
    name: "Brief",
    command: [process.execPath, "-e", program],
    config: { key: "k" },
    records: [{ text: "a" }, { text: "b" }, { text: "c" }],
  };
  return runConformance({ descriptor, only: ["S01"] });
};

describe("the answer of a command", () => {
  it("is one line whatever other line breaks its texts hold", async () => {
    const [finding] = await judged("utf8");
    expect(finding).to.include({ verdict: "pass" });
  });

  it("is none when it is not UTF-8", async () => {
    const failure = await judged("latin1").catch((error: Error) => error);
    expect(failure)
      .to.have.property("message")
      .that.includes("the command wrote a line that answers nothing");
  });
});
