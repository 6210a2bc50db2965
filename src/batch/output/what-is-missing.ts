/** What is known of a job that has ended, in numbers of records. */
export interface Told {
  /** How many the service says that it worked on, wherever it says so: `null` where it does not. */
  readonly manifest: number | null;
  readonly state: number | null;
  /** The most that it said while the job was at work. */
  readonly before: number | null;
  /** Records that the output has a line of, each once. */
  readonly found: number;
  /** Calls in the job that have no line, and all that were put in it. */
  readonly missing: number;
  readonly planned: number;
  /** Whether there is an output at all. */
  readonly hasOutput: boolean;
  /** The service's word for the job's end. */
  readonly status: string;
}

/** How many records the service has worked on; `null` where nothing says so: that no number is given is none of 0. */
export const workedOn = ({ manifest, state, before, hasOutput, status }: Told): number | null => {
  // The one end that is documented to come before the beginning.
  const atEnd = manifest ?? state ?? (status === "Expired" && !hasOutput ? 0 : null);
  return atEnd === null ? null : Math.max(atEnd, state ?? 0, before ?? 0);
};

/**
 * Whether the calls that have no line were certainly not worked on: all records that the service has worked on have one, and each
 * line is of a record of the job's.
 */
export const areFree = (told: Told): boolean =>
  workedOn(told) === told.found && told.found + told.missing <= told.planned;
