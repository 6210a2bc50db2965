import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, freePort } from "./postgres.js";

export interface Bouncer {
  /** Before the name of a pool mode, which is its database: `/transaction` or `/statement`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PgBouncer before a server, as the same user; `null` where it is not installed. */
export const startBouncer = async ({
  name: database,
  folder,
  identity,
  port: target,
}: Database): Promise<Bouncer | null> => {
  if (spawnSync("pgbouncer", ["--version"]).error) return null;
  const port = await freePort();
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    if ("uid" in identity) chownSync(path, identity.uid, identity.gid);
    return path;
  };
  const users = file("users.txt", '"host" ""\n');
  const databases = ["transaction", "statement"].map(
    (mode) => `${mode} = host=${folder} port=${target} dbname=${database} user=host pool_mode=${mode}`,
  );
  const settings = file(
    "pgbouncer.ini",
    `[databases]\n${databases.join("\n")}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\n` +
      `auth_type = trust\nauth_file = ${users}\ndefault_pool_size = 2\n`,
  );
  const bouncer = spawn("pgbouncer", [settings], {
    ...identity,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = (): void => void bouncer.kill("SIGKILL");
  process.once("exit", kill);
  let said = "";
  for await (const chunk of bouncer.stderr) {
    said += chunk;
    if (said.includes("process up")) break;
  }
  return {
    url: `postgresql://host@127.0.0.1:${port}`,
    async stop() {
      process.off("exit", kill);
      if (bouncer.exitCode !== null) return;
      const ended = once(bouncer, "exit");
      kill();
      await ended;
    },
  };
};
