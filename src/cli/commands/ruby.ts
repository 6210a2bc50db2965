import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFailure } from "../../core/file-failure.js";
import type { Command } from "../command.js";
import { openConnector } from "../connect.js";

/** `bedrock-model ruby`. */
export const ruby: Command = {
  usage: "--output FOLDER",
  options: {
    output: {
      value: "FOLDER",
      required: true,
      summary: "where to, such as lib/multiwoven/integrations/destination/aws_bedrock_model",
    },
  },
  notes: [
    "Replaces client.rb, config/meta.json, config/spec.json, config/catalog.json and icon.svg there. Run it again\nafter each update of this package. Then require client.rb and put the name AwsBedrockModel on the host's list.",
  ],
  run: async ({ values }) => {
    const folder = values.output ?? "";
    await writeFolder(folder).catch((error) => {
      throw fileFailure("write", folder, error);
    });
    process.stderr.write(`the connector for Ruby is in ${folder}\n`);
    return 0;
  },
};

async function writeFolder(folder: string): Promise<void> {
  const connector = await openConnector();
  const [{ connector_spec }, { catalog }] = [connector.spec(), await connector.discover()];
  await mkdir(join(folder, "config"), { recursive: true });
  const writeJson = (name: string, content: unknown) =>
    writeFile(join(folder, "config", name), `${JSON.stringify(content, null, 2)}\n`);
  await Promise.all([
    writeJson("meta.json", connector.metaData()),
    writeJson("spec.json", connector_spec),
    writeJson("catalog.json", catalog),
    copyFile(new URL("client.rb", folderOfClient), join(folder, "client.rb")),
    copyFile(new URL("icon.svg", folderOfClient), join(folder, "icon.svg")),
  ]);
}

/** The same from `src` and from `dist`; the package holds both files. */
const folderOfClient = new URL("../../../src/cli/ruby/", import.meta.url);
