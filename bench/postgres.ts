/** A PostgreSQL server for one part of the bench: prints its URL, and ends with its input. */
import { once } from "node:events";
import { startPostgres } from "../spec/support/postgres.js";

const server = await startPostgres({ syncs: true });
if (typeof server === "string") throw new Error(server);
process.stdout.write(`${server.connectionString.replace("postgresql:", "postgres:")}\n`);
process.stdin.resume();
await once(process.stdin, "end");
await server.stop();
