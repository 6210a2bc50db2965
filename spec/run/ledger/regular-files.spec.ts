import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { AwsBedrockModel } from "../../../src/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { localConfig } from "../../support/sync-config.js";
import { scratch } from "./scratch.js";

describe("a file that a setting names", () => {
  const folder = scratch();
  const bedrock = useBedrock();
  const pipe = join(folder, "pipe");
  const socket = join(folder, "socket");
  const server = createServer();
  before(async () => {
    execFileSync("mkfifo", [pipe]);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  after(() => server.close());

  for (const variable of [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CA_BUNDLE",
  ])
    it(`is refused in ${variable} where it is a pipe`, async () => {
      const before = process.env[variable];
      process.env[variable] = pipe;
      try {
        const { connection_status } = await new AwsBedrockModel().checkConnection(localConfig(bedrock.url));
        expect(connection_status.status).to.equal("failed");
        expect(connection_status.message).to.contain(variable).and.contain("a pipe");
      } finally {
        if (before === undefined) delete process.env[variable];
        else process.env[variable] = before;
      }
    });

  for (const name of ["config", "credentials"])
    it(`is refused as ~/.aws/${name} where it is a pipe`, async () => {
      const home = join(folder, name);
      mkdirSync(join(home, ".aws"), { recursive: true });
      execFileSync("mkfifo", [join(home, ".aws", name)]);
      const before = process.env.HOME;
      process.env.HOME = home;
      try {
        const { connection_status } = await new AwsBedrockModel().checkConnection(localConfig(bedrock.url));
        expect(connection_status.message).to.contain(`~/.aws/${name} is a pipe, not a regular file`);
      } finally {
        process.env.HOME = before;
      }
    });

  it("is refused in a database's sslrootcert where it is a pipe", async () => {
    const ledger = `postgres://h@127.0.0.1:9/b?sslmode=verify-ca&sslrootcert=${pipe}`;
    const { connection_status } = await new AwsBedrockModel().checkConnection(
      localConfig(bedrock.url, { ledger }),
    );
    expect(connection_status.status).to.equal("failed");
    expect(connection_status.message).to.contain("sslrootcert: cannot read").and.contain("it is a pipe");
  });

  for (const setting of ["ledger", "prices_file"])
    for (const [path, what] of [
      [pipe, "a pipe"],
      [socket, setting === "ledger" ? "a socket" : "ENXIO"],
      ["/dev/zero", "a device"],
      ["/dev/tty", setting === "ledger" ? "a device" : /a device|ENXIO/],
      [folder, "a folder"],
    ] as const)
      it(`is refused as ${setting} where it is ${what}: ${path.startsWith("/dev") ? path : ""}`, async () => {
        const { connection_status } = await new AwsBedrockModel().checkConnection(
          localConfig(bedrock.url, { [setting]: path }),
        );
        expect(connection_status.status).to.equal("failed");
        expect(connection_status.message).to.match(new RegExp(what));
      });
});
