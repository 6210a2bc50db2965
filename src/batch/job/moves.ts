import type { JobStage } from "../../run/ledger/job.js";

/** What is asked for a job: of S3, of the list of jobs, of the service, and of S3 again. */
type Call = "put" | "look" | "create" | "get" | "stop" | "read";

/** What comes of it, where it is no failure. */
type Answer =
  | "done"
  /** A look: the list has the job; it has none; it has none, which proves nothing yet, or nothing to who asks. */
  | "there"
  | "absent"
  | "unproven"
  /** A create: it is made; the service has known its token. */
  | "made"
  | "known"
  /** A get: it has yet to end; it has ended; the service has no such job. */
  | "open"
  | "ended"
  | "gone"
  /** A read: all that was worked on has its line; nothing was worked on; some of it has none. */
  | "whole"
  | "untouched"
  | "partly";

/**
 * How what was asked for a job failed. `refused`: nothing was done, and nothing will be if it is asked again alike. `passing`:
 * nothing was done, and it may be when it is asked again. `lost`: nobody knows.
 */
export type FailureKind = "refused" | "passing" | "lost";

/**
 * All that moves a job: its stage, what was asked, what came of it, and the stage that it then has. Anything else that comes of
 * anything leaves it where it is. Only who has moved it to `creating` asks the service to make it.
 */
const moves: readonly (readonly [from: JobStage, call: Call, came: Answer | FailureKind, to: JobStage])[] = [
  ["planned", "look", "there", "submitted"],
  ["planned", "look", "absent", "creating"],
  ["creating", "create", "made", "submitted"],
  // Its answer was so late that somebody took it for none.
  ["planned", "create", "made", "submitted"],
  ["creating", "create", "known", "submitted"],
  ["creating", "create", "refused", "refused"],
  ["creating", "create", "passing", "planned"],
  ["creating", "look", "there", "submitted"],
  ["creating", "look", "absent", "planned"],
  ["submitted", "read", "whole", "settled"],
  ["submitted", "read", "partly", "settled"],
  ["submitted", "read", "untouched", "refused"],
];

/** The stage of a job after something was asked for it. */
export const stageAfter = (from: JobStage, call: Call, came: Answer | FailureKind): JobStage =>
  moves.find((move) => move[0] === from && move[1] === call && move[2] === came)?.[3] ?? from;
