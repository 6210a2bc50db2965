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

/** The strict side of what is said in public: quotas differ by account, model and region, and may be larger. */
export const strictLimits: BatchLimits = {
  leastRecords: 100,
  recordsPerFile: 50_000,
  recordsPerJob: 50_000,
  bytesPerFile: 200_000_000,
  bytesPerJob: 5_000_000_000,
  openJobs: 20,
};
