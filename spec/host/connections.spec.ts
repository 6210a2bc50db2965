import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openHost, stars } from "../../src/host/index.js";
import { AwsBedrockModel } from "../../src/index.js";
import { withBedrock } from "../support/bedrock.js";
import { localConfig } from "../support/sync-config.js";
import { hostFolder, withHost } from "./run-host.js";

describe("a host", () => {
  const folder = hostFolder();
  let number = 0;
  const freshState = (): string => join(folder, `${++number}.db`);
  const saved = {
    name: "bedrock",
    connector_type: "destination",
    connector_name: "AwsBedrockModel",
    configuration: localConfig("http://127.0.0.1:9"),
  } as const;

  it("lists what is registered, with meta data and specification, and finds it by type and name", () =>
    withHost(freshState(), AwsBedrockModel, async (host) => {
      const [definition, ...others] = host.definitions();
      expect(others).to.deep.equal([]);
      expect(definition).to.include({
        title: "AWS Bedrock Model",
        category: "AI Model",
        sub_category: "LLM",
      });
      expect(definition?.connector_spec.connection_specification).to.have.property("properties");
      expect(host.find("destination", "awsbedrockmodel")).to.equal(AwsBedrockModel);
      expect(() => host.find("source", "AwsBedrockModel")).to.throw(
        'no source is registered as "AwsBedrockModel"',
      );
    }));

  it("refuses a connector twice, and one without its hooks", () =>
    withHost(freshState(), AwsBedrockModel, async (host) => {
      expect(() => host.register(AwsBedrockModel)).to.throw("already registered as AwsBedrockModel");
      class Bare {}
      expect(() => host.register(Bare as never)).to.throw(
        "Bare lacks the hooks metaData, spec, checkConnection, discover, write",
      );
    }));

  it("shows a stored connection with its secrets starred, and keeps them when it comes back so", () =>
    withHost(freshState(), AwsBedrockModel, async (host) => {
      host.connections.save(saved);
      const shown = host.connections.show("bedrock");
      expect(shown.configuration).to.include({
        access_key: stars,
        secret_access_key: stars,
        region: "us-east-1",
      });
      host.connections.save({ ...shown, configuration: { ...shown.configuration, region: "eu-west-1" } });
      expect(host.connections.open("bedrock").configuration).to.deep.equal({
        ...saved.configuration,
        region: "eu-west-1",
      });
    }));

  it("resolves a configuration for each call and stores it as written", async () => {
    const state = freshState();
    await withBedrock({}, async ({ url }) => {
      const host = await openHost({ state, resolve: () => localConfig(url) });
      host.register(AwsBedrockModel);
      host.connections.save({ ...saved, configuration: { access_key: `\${KEY}` } });
      expect(await host.connections.check("bedrock")).to.have.property("status", "succeeded");
      host.close();
    });
    expect(readFileSync(state, "latin1")).not.to.include(saved.configuration.secret_access_key);
  });

  it("keeps nothing of a secret that was replaced", async () => {
    const state = freshState();
    await withHost(state, AwsBedrockModel, async (host) => {
      host.connections.save(saved);
      host.connections.save({ ...saved, configuration: { secret_access_key: `\${KEY}` } });
    });
    expect(readFileSync(state, "latin1")).not.to.include(saved.configuration.secret_access_key);
  });

  it("passes on why a connection does not work", () =>
    withHost(freshState(), AwsBedrockModel, async (host) => {
      host.connections.save({ ...saved, configuration: { region: "us-east-1" } });
      const { status, message } = await host.connections.check("bedrock");
      expect(status).to.equal("failed");
      expect(message).to.include("model_id is required");
    }));

  it("asks for the catalog once, again when told to, and after the connection has changed", async () => {
    let asked = 0;
    class Counting extends AwsBedrockModel {
      override async discover() {
        asked++;
        return new AwsBedrockModel().discover();
      }
    }
    await withHost(freshState(), Counting, async (host) => {
      host.connections.save(saved);
      const first = await host.connections.discover("bedrock");
      expect(await host.connections.discover("bedrock")).to.deep.equal(first);
      expect(asked).to.equal(1);
      await host.connections.discover("bedrock", { refresh: true });
      host.connections.save(saved);
      await host.connections.discover("bedrock");
      expect(asked).to.equal(2);
      host.connections.save({ ...saved, configuration: { ...saved.configuration, region: "eu-west-1" } });
      await host.connections.discover("bedrock");
      expect(asked).to.equal(3);
    });
  });

  it("keeps its state readable by its owner only, and refuses a file that is none", async () => {
    const state = join(folder, "below", "state.db");
    await withHost(state, AwsBedrockModel, async () => undefined);
    expect(existsSync(state)).to.equal(true);
    if (process.platform !== "win32") expect(statSync(state).mode & 0o777).to.equal(0o600);
    const other = join(folder, "notes.txt");
    writeFileSync(other, "These are notes and no database.\n".repeat(100));
    const error = await openHost({ state: other }).catch(String);
    expect(error).to.equal(`Error: cannot open the state ${other}: it is not a database`);
  });
});
