import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account, Served } from "./account.js";
import type { Addresses, Job, Measured } from "./job.js";

/** One client's job against a local Bedrock of its own. */
export interface Run {
  readonly job: Job;
  readonly client: Measured;
  readonly server: Served;
}

/** Starts the local Bedrock and the client, each in its own process, and waits for both. Rejects when one dies. */
export const measure = async (job: Job, account: Account): Promise<Run> => {
  const withTls = job.variant === "tls";
  const server = start("server.js", [account, withTls], {});
  try {
    const addresses = await message<Addresses>(server, "the local Bedrock");
    if (withTls && addresses.tls === null) throw new Error("TLS needs openssl, which this machine lacks");
    const client = await runClient(job, addresses);
    server.send("end");
    return { job, client, server: await message<Served>(server, "the local Bedrock") };
  } finally {
    server.kill();
  }
};

const runClient = async (job: Job, addresses: Addresses): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), "bedrock-bench-ca-"));
  const file = join(folder, "ca.pem");
  if (addresses.tls) await writeFile(file, addresses.tls.certificate);
  const child = start("client.js", [job, addresses], addresses.tls ? { NODE_EXTRA_CA_CERTS: file } : {});
  try {
    return await message<Measured>(child, `the client ${job.client}`);
  } finally {
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
  }
};

const start = (file: string, told: unknown, environment: Record<string, string>): ChildProcess =>
  fork(new URL(file, import.meta.url), [JSON.stringify(told)], {
    env: { ...quietEnvironment(), ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });

/** The next message of a process, or an error with its last words when it ends without one. */
const message = <Message>(child: ChildProcess, name: string): Promise<Message> =>
  new Promise((resolve, reject) => {
    let words = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2_000);
    });
    child.once("message", (sent) => resolve(sent as Message));
    child.once("exit", () => reject(new Error(`${name} ended early: ${words.trim()}`)));
  });

/** Nothing of the machine's AWS settings takes part, and no more certificates are read than needed. */
const quietEnvironment = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("AWS_") && !["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"].includes(name),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    NODE_NO_WARNINGS: "1",
  };
};
