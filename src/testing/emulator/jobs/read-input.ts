import { isObject } from "../../../core/json.js";
import { type ObjectStore, objectsUnder } from "../objects/store.js";
import type { Job, Line } from "./job.js";
import { limitsOf } from "./job-rules.js";

/** The files and lines of a job's input; or why the job fails, as its message says it. */
export const readInput = (
  { request, rules, arn }: Job,
  store: ObjectStore,
): { files: string[]; lines: Line[] } | string => {
  const { min_records, max_records, max_file_bytes, max_job_bytes } = limitsOf(rules);
  const output = objectsUnder(store, request.outputDataConfig.s3OutputDataConfig.s3Uri);
  const found = objectsUnder(store, request.inputDataConfig.s3InputDataConfig.s3Uri);
  if (!found || !output)
    return "The service role or the caller has no access to an S3 bucket of the job, or it does not exist.";
  const inputs = found.filter(({ name }) => name.endsWith(".jsonl"));
  if (inputs.length === 0) return "The input location has no file whose name ends in .jsonl.";
  let bytes = 0;
  const lines: Line[] = [];
  for (const [file, input] of inputs.entries()) {
    bytes += input.bytes.length;
    if (input.bytes.length > max_file_bytes)
      return `The input file ${input.name} is larger than the maximum of ${max_file_bytes} bytes.`;
    for (const line of linesOf(input.bytes)) {
      if (!isRecord(line)) return `The input file ${input.name} has a line that is no JSON object.`;
      lines.push({ file, bytes: line });
    }
  }
  if (bytes > max_job_bytes) return `The input files are larger than the maximum of ${max_job_bytes} bytes.`;
  if (lines.length < min_records)
    return `Batch job ${arn} contains less records (${lines.length}) than the required minimum of: ${min_records}`;
  if (lines.length > max_records)
    return `Batch job ${arn} contains more records (${lines.length}) than the allowed maximum of: ${max_records}`;
  return { files: inputs.map(({ name }) => name), lines };
};

/** What a record holds is not looked at until its turn. */
const isRecord = (line: Buffer): boolean => {
  try {
    return isObject(JSON.parse(line.toString()));
  } catch {
    return false;
  }
};

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (line.toString().trim() !== "") yield line;
    start = end < 0 ? bytes.length : end + 1;
  }
}
