import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listObjects, putOpened } from "../../bedrock/objects.js";
import type { InvokeRequest } from "../../core/invoke.js";
import type { JobEntry, JobFile } from "../../run/ledger/job.js";
import type { Door } from "../door.js";

/** The line of a call in a job's file. A body is JSON of one line. */
const lineOf = ({ key, body }: Pick<InvokeRequest, "key" | "body">): string =>
  `{"recordId":"${key}","modelInput":${body}}\n`;

export const bytesOf = (call: Pick<InvokeRequest, "key" | "body">): number => Buffer.byteLength(lineOf(call));

/** The files of a job, cut from its calls in the ledger's order, which is the same whenever they are read. */
export const cutFiles = async (door: Door, job: JobEntry): Promise<JobFile[]> => {
  const { limits } = await door.limits();
  const files: JobFile[] = [];
  let [records, bytes] = [0, 0];
  const cut = (): void => {
    if (records > 0)
      files.push({ name: `part-${String(files.length + 1).padStart(4, "0")}.jsonl`, records, bytes });
    [records, bytes] = [0, 0];
  };
  for await (const call of door.ledger.callsOf(job.key)) {
    const length = bytesOf(call);
    if (records === limits.recordsPerFile || bytes + length > limits.bytesPerFile) cut();
    records++;
    bytes += length;
  }
  cut();
  return files;
};

/** Puts the files of a job into S3, each once, whoever tried before. @throws FileFailure, ConnectorError */
export const upload = async (door: Door, job: JobEntry): Promise<void> => {
  const { store, ledger, place } = door;
  const { input, files } = job.plan;
  const there = new Set<string>();
  for await (const { address } of listObjects(input, store)) there.add(address);
  const folder = await mkdtemp(join(tmpdir(), "bedrock-model-batch-"));
  const calls = ledger.callsOf(job.key);
  try {
    for (const { name, records } of files) {
      const address = `${input}${name}`;
      const file = there.has(address) ? null : await openNameless(join(folder, name));
      try {
        let lines: string[] = [];
        let length = 0;
        for (let left = records; left > 0; left--) {
          const { value: call, done } = await calls.next();
          if (done) break;
          if (!file) continue;
          const line = lineOf(call);
          lines.push(line);
          length += line.length;
          if (length < flushedAt) continue;
          await file.appendFile(lines.join(""));
          [lines, length] = [[], 0];
        }
        if (!file) continue;
        await file.appendFile(lines.join(""));
        door.at("written");
        await putOpened(address, file, { store, once: true, kmsKey: place.kmsKey });
      } finally {
        await file?.close();
      }
    }
  } finally {
    await calls.return(undefined);
    await rm(folder, { recursive: true, force: true });
  }
  door.at("uploaded");
};

const flushedAt = 2 ** 20;

/** It holds the rows' texts, so it has no name by which it would stay behind a process that was killed. */
const openNameless = async (path: string): Promise<FileHandle> => {
  const file = await open(path, "wx+", 0o600);
  await rm(path, { force: true });
  return file;
};
