import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFailure } from "../../core/file-failure.js";
import type { Side } from "../../index.js";
import type { Command } from "../command.js";
import { openConnector } from "../connect.js";
import { wrongUsage } from "../failure.js";

/** `bedrock-model ruby`. */
export const ruby: Command = {
  usage: "[--as SIDE] --output FOLDER",
  options: {
    as: { value: "SIDE", summary: "source or destination, whose files go into FOLDER itself (default both)" },
    output: {
      value: "FOLDER",
      required: true,
      summary: "where to; for both the host's lib/multiwoven/integrations",
    },
  },
  notes: [
    "Without --as both go below FOLDER, as the host lays its connectors out: source/aws_bedrock_model and destination/aws_bedrock_model. Replaces client.rb, bedrock_model.rb, config/meta.json, config/spec.json, config/catalog.json and icon.svg there. Run it again after each update of this package. Then require each client.rb and put the name AwsBedrockModel on the host's lists of sources and of destinations.",
  ],
  run: async ({ values }) => {
    for (const { side, folder } of placesOf(values.as, values.output ?? "")) {
      await writeFolder(side, folder).catch((error) => {
        throw fileFailure("write", folder, error);
      });
      process.stderr.write(`the ${side} for Ruby is in ${folder}\n`);
    }
    return 0;
  },
};

const placesOf = (as: string | undefined, folder: string): { side: Side; folder: string }[] => {
  if (as === "source" || as === "destination") return [{ side: as, folder }];
  if (as !== undefined) throw wrongUsage(`--as must be source or destination, not ${JSON.stringify(as)}`);
  return (["source", "destination"] as const).map((side) => ({
    side,
    folder: join(folder, side, "aws_bedrock_model"),
  }));
};

const writeFolder = async (side: Side, folder: string): Promise<void> => {
  const connector = await openConnector();
  const [{ connector_spec }, { catalog }] = [connector.spec(side), await connector.discover(undefined, side)];
  const { properties } = connector_spec.connection_specification as { properties: Record<string, object> };
  for (const [name, value] of Object.entries(hostDefaults))
    Object.assign(properties[name] ?? {}, { default: value });
  await mkdir(join(folder, "config"), { recursive: true });
  const writeJson = (name: string, content: unknown) =>
    writeFile(join(folder, "config", name), `${JSON.stringify(content, null, 2)}\n`);
  const copy = (from: string, name = from) => copyFile(new URL(from, folderOfClients), join(folder, name));
  await Promise.all([
    writeJson("meta.json", connector.metaData(side)),
    writeJson("spec.json", connector_spec),
    writeJson("catalog.json", catalog),
    copy(`${side}.rb`, "client.rb"),
    copy("bedrock_model.rb"),
    copy("icon.svg"),
  ]);
};

/** This host doubles every apostrophe of a mapped value, and shows no word on a row but that it failed. */
const hostDefaults = { undouble_apostrophes: true, on_blank: "fail" };

/** The same from `src` and from `dist`; the package holds these files. */
const folderOfClients = new URL("../../../src/cli/ruby/", import.meta.url);
