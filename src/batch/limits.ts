import type { ControlAnswer, Quota } from "../bedrock/control-answers.js";
import { listModels } from "../models/list-models.js";

/** What an account's quotas and the service let a batch job be. */
export interface BatchLimits {
  /** A job of fewer records is refused. */
  readonly leastRecords: number;
  readonly recordsPerFile: number;
  readonly recordsPerJob: number;
  readonly bytesPerFile: number;
  readonly bytesPerJob: number;
  /** Jobs of one model that are submitted or in progress. */
  readonly openJobs: number;
}

/** The limits of a connection, and where they are from. */
export interface KnownLimits {
  readonly limits: BatchLimits;
  /** Those that the account's quotas tell; the others are on the strict side. */
  readonly told: ReadonlySet<keyof BatchLimits>;
  /** Whether the account's quota is that no job of the model may be open. */
  readonly isBarred: boolean;
  /** Why the quotas tell none, as the end of a sentence; `null` where they were asked. */
  readonly unasked: string | null;
}

/** The strict side of what is said in public: quotas differ by account, model and region, and may be larger. */
const strictLimits: BatchLimits = {
  leastRecords: 100,
  recordsPerFile: 50_000,
  recordsPerJob: 50_000,
  bytesPerFile: 200_000_000,
  bytesPerJob: 5_000_000_000,
  openJobs: 20,
};

/** The limits where the quotas tell nothing, for a reason that ends a sentence. */
export const strictSide = (unasked: string): KnownLimits => ({
  limits: strictLimits,
  told: new Set(),
  isBarred: false,
  unasked,
});

const noneHere = "Service Quotas has none of Bedrock here";

/** What quotas say of a model's jobs: their names hold its name, and are not the same everywhere. */
export const readLimits = (
  quotas: ControlAnswer<readonly Quota[]>,
  baseModel: string | null,
): KnownLimits => {
  if (quotas.is !== "known")
    return strictSide(
      quotas.is === "unasked"
        ? quotas.why
        : quotas.is === "absent"
          ? noneHere
          : "AWS did not take the question",
    );
  const called = baseModel === null ? [] : namesOf(baseModel);
  const limits: Record<keyof BatchLimits, number> = { ...strictLimits };
  const told = new Set<keyof BatchLimits>();
  let isBarred = false;
  for (const { name, value } of quotas.value) {
    const [, kind = "", model = ""] = /^(.*\bbatch inference\b.*?) for (?:a )?(.+)$/i.exec(name) ?? [];
    const found = kinds.find(([, words]) => words.test(kind));
    const unit = units.find(([words]) => words.test(name))?.[1];
    if (!found || !called.includes(plain(model.replace(inUnits, "")))) continue;
    const [limit, , isBytes] = found;
    isBarred ||= limit === "openJobs" && value === 0;
    const amount = isBytes ? Math.round(value * (unit ?? Number.NaN)) : value;
    if (!(amount >= 1 && Number.isSafeInteger(amount))) continue;
    // Where two quotas are of one model, the stricter one holds.
    const stricter = limit === "leastRecords" ? Math.max : Math.min;
    limits[limit] = told.has(limit) ? stricter(limits[limit], amount) : amount;
    told.add(limit);
  }
  return { limits, told, isBarred, unasked: null };
};

/** What is behind the names of quotas: the first that fits. */
const kinds: readonly (readonly [limit: keyof BatchLimits, words: RegExp, isBytes?: true])[] = [
  ["leastRecords", /minimum/i],
  ["recordsPerFile", /records per (?:\w+ )?file/i],
  ["recordsPerJob", /records per/i],
  ["bytesPerFile", /file size/i, true],
  ["bytesPerJob", /job size/i, true],
  ["openJobs", /(?:submitted|in.progress).*\bbase model/i],
];

const inUnits = /\(in [GM]B\)/i;
const units = [
  [/\(in GB\)/i, 1e9],
  [/\(in MB\)/i, 1e6],
] as const;

/** What a quota may call a model: by its name or its id, with its vendor or without. */
const namesOf = (baseModel: string): string[] => {
  const [vendor = "", ...rest] = baseModel.split(".");
  const id = rest
    .join(".")
    .replace(/:.*$/, "")
    .replace(/-\d{8}(?=-|$)/, "");
  const known = listModels().find(({ modelId }) => modelId === baseModel);
  const names = known ? [known.name, id] : [id];
  const vendors = known ? ["", vendor, known.provider] : ["", vendor];
  return names.flatMap((name) => vendors.map((of) => plain(`${of}${name}`)));
};

/** A name without what is written now so, now so. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/(?:v1|instruct)+$/, "");

/** The limits of jobs and where they are from, in a sentence. */
export const limitsInWords = ({ limits, told, unasked, isBarred }: KnownLimits): string => {
  if (isBarred)
    return "The account's quota of open batch jobs is 0 for this model: ask AWS for a higher one.";
  const { leastRecords, recordsPerJob, recordsPerFile, bytesPerFile, bytesPerJob, openJobs } = limits;
  const count = (amount: number): string => amount.toLocaleString("en-US");
  const perFile = recordsPerFile < recordsPerJob ? ` and ${count(recordsPerFile)} records` : "";
  const words = `${count(leastRecords)} to ${count(recordsPerJob)} records, ${bytes(bytesPerFile)}${perFile} a file, ${bytes(bytesPerJob)} a job, ${openJobs} open jobs`;
  const untold = kinds.flatMap(([limit]) => (told.has(limit) ? [] : [limitNames[limit]]));
  if (untold.length === 0) return `A batch job takes, by the account's quotas, ${words}.`;
  const strict = `the strict side of what is published`;
  if (told.size > 0)
    return `A batch job takes, by the account's quotas, ${words}; ${untold.join(", ")} ${untold.length === 1 ? "is" : "are"} on ${strict}, since no quota of this model tells.`;
  const why = unasked ?? "no quota names this model";
  return `A batch job takes ${words}: ${strict}, since the account's quotas were not read (${why}).`;
};

const limitNames: Readonly<Record<keyof BatchLimits, string>> = {
  leastRecords: "the fewest records",
  recordsPerFile: "records a file",
  recordsPerJob: "records a job",
  bytesPerFile: "the size of a file",
  bytesPerJob: "the size of a job",
  openJobs: "open jobs",
};

const bytes = (amount: number): string =>
  amount >= 1e9 ? `${amount / 1e9} GB` : `${Math.round(amount / 1e5) / 10} MB`;
