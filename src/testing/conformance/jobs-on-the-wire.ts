import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../../generated/conformance.js";
import type { Exchange, Trouble } from "./exchange.js";

/** What a job's request asks for, as its body says it. */
interface JobBody {
  readonly modelId: string;
  readonly modelInvocationType?: string;
  readonly clientRequestToken?: string;
  readonly inputDataConfig: { readonly s3InputDataConfig: { readonly s3Uri: string } };
}

/** A record of a job as the call that it stands for. */
interface RecordCall extends Pick<Exchange, "path" | "headers" | "body"> {
  readonly id: string;
}

export type JobWatch = ReturnType<typeof createJobWatch>;

/** The files that go over a line into buckets, and the batch inference jobs that are made of them. */
export const createJobWatch = () => {
  const files = new Map<string, string>();
  const made = new Set<string>();
  const calls = new Map<string, Exchange[]>();
  return {
    /** Sees a file that is put into a bucket, by its path. */
    put(path: string, body: Buffer): void {
      const name = nameOf(path);
      if (name.endsWith(".jsonl")) files.set(name, body.toString());
    },
    /** The calls that a job would make; none where a job of its token was made. */
    callsOf(body: Buffer, headers: IncomingHttpHeaders): RecordCall[] {
      const { modelId, modelInvocationType, clientRequestToken, inputDataConfig } = JSON.parse(
        body.toString(),
      ) as JobBody;
      if (made.has(clientRequestToken ?? "")) return [];
      const folder = inputDataConfig.s3InputDataConfig.s3Uri.replace("s3:/", "");
      const operation = modelInvocationType === "Converse" ? "converse" : "invoke";
      const path = `/model/${encodeURIComponent(modelId)}/${operation}`;
      const { authorization } = headers;
      return [...files]
        .filter(([name]) => name.startsWith(folder))
        .flatMap(([, text]) => text.split("\n").filter((line) => line !== ""))
        .map((line) => {
          const { recordId, modelInput } = JSON.parse(line);
          const shown = { "content-type": "application/json", ...(authorization && { authorization }) };
          return { id: recordId, path, headers: shown, body: JSON.stringify(modelInput) };
        });
    },
    /** Sees that a job was made. False for one that was there already, by its token. */
    make(body: Buffer, reply: Buffer, exchanges: Exchange[]): boolean {
      const { clientRequestToken = "" } = JSON.parse(body.toString()) as JobBody;
      if (made.has(clientRequestToken)) return false;
      made.add(clientRequestToken);
      const { jobArn = "" } = JSON.parse(reply.toString());
      calls.set(String(jobArn).replace(/^.*\//, ""), exchanges);
      return true;
    },
    /** Sees what the service counts of a job, which it does for all of its calls together. */
    count(path: string, manifest: Buffer, names: { input_tokens?: string; output_tokens?: string }): void {
      const [, id = ""] = /\/([^/]+)\/manifest\.json\.out$/.exec(nameOf(path)) ?? [];
      const [first] = calls.get(id) ?? [];
      if (!first) return;
      const { inputTokenCount, outputTokenCount } = JSON.parse(manifest.toString());
      const headers = {
        ...(names.input_tokens && { [names.input_tokens]: String(inputTokenCount) }),
        ...(names.output_tokens && { [names.output_tokens]: String(outputTokenCount) }),
      };
      first.answered = { status: 200, headers };
    },
  };
};

/** The object that a path names. */
const nameOf = (path: string): string => decodeURIComponent(path.split("?")[0] ?? "");

/**
 * The refusal that a job meets as a whole, where all of its calls would meet the same: who may not call, or has called too
 * much, is told so before any record is looked at.
 */
export const refusalOf = (troubles: readonly (Trouble | undefined)[]): Answer | null => {
  const [first] = troubles;
  if (typeof first !== "object" || first instanceof Promise) return null;
  const same = troubles.every((trouble) => trouble === first);
  return same && ofTheWhole.has(first.status) ? first : null;
};

const ofTheWhole: ReadonlySet<number> = new Set([401, 403, 404, 429, 503]);

/** What befalls records, as the local Bedrock is told of it: those that no answer comes of are missing from the output. */
export const faultsOf = (
  records: readonly RecordCall[],
  troubles: readonly (Trouble | undefined)[],
): object[] =>
  records.flatMap(({ id: includes }, index) => {
    const trouble = troubles[index];
    if (trouble === undefined || trouble instanceof Promise) return [];
    if (typeof trouble === "string") return [{ kind: "missing", includes }];
    const { status, body = "" } = trouble;
    if (status === 200)
      return [{ kind: "body", includes, body: typeof body === "string" ? body : JSON.stringify(body) }];
    const { message = "" } = (typeof body === "string" ? {} : body) as { message?: string };
    return [{ kind: "record_error", includes, status, message }];
  });
