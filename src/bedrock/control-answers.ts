import type { ConnectorError } from "../core/errors.js";

/** What came of a question that costs nothing and that may go unanswered. */
export type ControlAnswer<T> =
  | { readonly is: "known"; readonly value: T }
  /** The region or the account has no such thing. */
  | { readonly is: "absent" }
  /** AWS did not take the credentials, so no other call would fare better. */
  | { readonly is: "refused"; readonly error: ConnectorError }
  /** `why` completes "not checked:", with the permission to give where one is missing. */
  | {
      readonly is: "unasked";
      readonly why: string /** There was no connection. */;
      readonly unreached?: true;
    };

/** The value, where there is one. */
export const known = <T>(answer: ControlAnswer<T> | null): T | null =>
  answer?.is === "known" ? answer.value : null;

export interface FoundationModel {
  readonly modelId: string;
  /** Whether the bare id may be called: on demand, or else through profiles or bought throughput only. */
  readonly onDemand: boolean;
  readonly throughProfiles: boolean;
  readonly legacy: boolean;
  readonly launched: Date | null;
  readonly legacySince: Date | null;
  /** From then on a legacy model may cost more. */
  readonly extendedSince: Date | null;
  readonly endOfLife: Date | null;
}

/** What stands behind a profile or another ARN. */
export interface ResolvedModel {
  /** `null` where AWS names none, as for imported models. */
  readonly baseModel: string | null;
  /** Where calls are worked on; `""` stands for anywhere. */
  readonly regions: readonly string[];
  /** Why it cannot be called now, in AWS's word, such as `Creating`; `null` when it can. */
  readonly notReady: string | null;
}

export interface Profile extends ResolvedModel {
  readonly id: string;
}

/** The account's standing with a model, in AWS's words. */
export interface Access {
  readonly agreement: string | null;
  /** What AWS says of an agreement that failed. */
  readonly agreementError: string | null;
  readonly authorized: boolean;
  readonly entitled: boolean;
  readonly inRegion: boolean;
}

/** Where an account's model invocation logs go in a region: nowhere where both are `null`. */
export interface Logging {
  /** `s3://bucket/prefix/`. */
  readonly s3: string | null;
  /** A log group of CloudWatch. */
  readonly logGroup: string | null;
  /** Whether requests and answers are in them, and not their counts alone. */
  readonly holdsText: boolean;
}

/** What IAM says of whether a role may do something: `unsure` where a policy asks for what IAM was not told. */
export type Decision = "allowed" | "denied" | "unsure";

/** A quota of the account, by the name that AWS gives it. */
export interface Quota {
  readonly name: string;
  readonly value: number;
}
