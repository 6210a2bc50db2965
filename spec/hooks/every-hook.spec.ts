import { expect } from "chai";
import { hooks } from "../../src/cli/serve/serve-hooks.js";
import { AwsBedrockModel } from "../../src/index.js";

const methods = Object.getOwnPropertyNames(AwsBedrockModel.prototype).filter(
  (name) => name !== "constructor",
);
const inProtocol = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe("every hook of the connector", () => {
  it("is served to hosts of another language, under its name in the protocol, and no other is", () => {
    expect(Object.keys(hooks)).to.have.members(methods.map(inProtocol));
  });
});
