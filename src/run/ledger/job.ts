/**
 * A batch job in a ledger: its plan, which is there before anything leaves the machine, and how far it has come. The calls in
 * it are intents that name it. The latest entry of a key counts.
 */
export interface JobEntry {
  readonly state: "job";
  /** 32 hexadecimal digits. Its name and its token at the service are made of it. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of this form. */
  readonly version: 1;
  /** Its number among the entries of this job, from 1: one follows another only who has seen that one. */
  readonly step: number;
  readonly stage: JobStage;
  readonly plan: JobPlan;
  /** The service's own name for it. */
  readonly arn?: string;
  /** What the service says of it, and how it ended here. */
  readonly report?: JobReport;
  /** Why it came no further when that was last tried, in a sentence. */
  readonly trouble?: string;
}

/**
 * `collecting`: whoever comes adds calls to it. `counting`: nobody does any more, and it is to be seen whether they are enough.
 * `planning`: one process adds calls to it. `planned`: it is whole, its files may be in their place, and the service certainly has
 * no job of it. `creating`: the service was asked to make it, and nobody knows the answer. `submitted`: the service has it.
 * `settled`: what came of it is in the ledger. Of the two others nothing was worked on, so their calls are free: `abandoned`,
 * its planning was not brought to an end, or it was too small; `refused`, the service did not take it, or it never began.
 */
export type JobStage =
  | "collecting"
  | "counting"
  | "planning"
  | "planned"
  | "creating"
  | "submitted"
  | "settled"
  | "abandoned"
  | "refused";

interface JobPlan {
  /** What is called, where, hashed (see `InvokeRequest`), and by which API. */
  readonly model: string;
  readonly target: string;
  readonly api: "invoke_model" | "converse";
  /** Folders of S3, `s3://bucket/…/`. */
  readonly input: string;
  readonly output: string;
  readonly files: readonly JobFile[];
  /** The account of the service role, in which alone it can be made. */
  readonly account: string;
  /** After so many hours the service ends it, begun or not; 24 where nothing is said. */
  readonly hours?: number;
  /** Milliseconds since 1970: what it has not answered by then is wanted on line. */
  readonly deadline?: number;
  /** The host's run whose rows are in it. */
  readonly run?: string;
  /** The ceilings of the run that planned it, which has set aside what it may take. */
  readonly ceilings?: JobCeilings;
}

/** The settings `max_rows`, `max_tokens_total` and `max_spend_usd`; `null` where none is set. */
interface JobCeilings {
  readonly rows: number | null;
  readonly tokens: number | null;
  readonly usd: number | null;
}

/** What was added to a job so far: more, where a call was added twice. */
export interface JobSize {
  readonly calls: number;
  readonly bytes: number;
}

export interface JobFile {
  /** Without its folder. */
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
}

/** In numbers of records and tokens. */
export interface JobReport {
  /** The service's word, such as `InProgress`. */
  readonly status: string;
  /** Why it failed, where it says so. */
  readonly message?: string;
  readonly processed?: number;
  readonly answered?: number;
  readonly refused?: number;
  readonly unknown?: number;
  /** The job ended before it came to them. */
  readonly unprocessed?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  /** What was not as it should be, in sentences. */
  readonly remarks?: readonly string[];
}

/** Whether a job has yet to come to an end. */
export const isOpen = ({ stage }: Pick<JobEntry, "stage">): boolean => open.has(stage);

const open: ReadonlySet<JobStage> = new Set([
  ...(["collecting", "counting", "planning", "planned", "creating", "submitted"] as const),
]);
