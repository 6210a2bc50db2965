import { isObject } from "../../core/json.js";
import { type JobRules, jobRulesFault } from "./jobs/job-rules.js";
import { type LogRules, logRulesFault } from "./logs/log-rules.js";
import type { LoggingConfig } from "./logs/log-store.js";

/**
 * What one AWS account can see of Bedrock, where it differs from an account that may use every model. Plain data,
 * as for faults.
 */
export interface LocalAccount {
  /** 12 digits. */
  readonly id?: string;
  /** By base model id. */
  readonly models?: Readonly<Record<string, LocalModel>>;
  /** The system-defined inference profiles and the regions behind each. Where it is given there are no others. */
  readonly profiles?: Readonly<Record<string, readonly string[]>>;
  /**
   * ARNs of application profiles, provisioned models and custom model deployments, with the base model behind
   * each; behind an application profile there may be another profile, such as a global one.
   */
  readonly arns?: Readonly<Record<string, string>>;
  /** Operations that the identity may not call, such as `GetFoundationModel`. */
  readonly denied?: readonly string[];
  /** Operations that are never answered. */
  readonly stalled?: readonly string[];
  /** Roles of IAM by name. Where it is given there are no others. */
  readonly roles?: Readonly<Record<string, LocalRole>>;
  /** `false` where the use case form was never handed in. */
  readonly useCaseForm?: boolean;
  /** How its batch inference jobs go. */
  readonly batch?: JobRules;
  /** How its model invocation logs are kept. */
  readonly logs?: LogRules;
  /** Buckets that are there from the beginning. */
  readonly buckets?: readonly string[];
  /** A logging configuration, in the service's words, as if it had been put. */
  readonly logging?: LoggingConfig;
  /** How far the service's clock is ahead of this machine's, in minutes; behind it where negative. */
  readonly clockMinutes?: number;
}

/** A role: one that Bedrock may take on and that may do all, where nothing else is said. */
export interface LocalRole {
  /** Its trust policy. */
  readonly trust?: object;
  /** Actions that its policies do not allow, such as `s3:PutObject`. */
  readonly may_not?: readonly string[];
}

/** In the service's own words. What is left out is as for a model that is active and can be called. */
export interface LocalModel {
  /** `false` where the region does not have it. */
  readonly offered?: boolean;
  readonly inferenceTypesSupported?: readonly string[];
  readonly modelLifecycle?: {
    readonly status: string;
    readonly startOfLifeTime?: string;
    readonly legacyTime?: string;
    readonly publicExtendedAccessTime?: string;
    readonly endOfLifeTime?: string;
  };
  readonly agreementAvailability?: { readonly status: string; readonly errorMessage?: string };
  readonly authorizationStatus?: string;
  readonly entitlementAvailability?: string;
  readonly regionAvailability?: string;
}

/** The account, copied. Throws a `TypeError` that says what is malformed and what to give. */
export const readAccount = (account: unknown): LocalAccount => {
  if (!isObject(account)) throw new TypeError("The account must be an object.");
  for (const [name, value] of Object.entries(account)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof LocalAccount] : undefined;
    if (!rule)
      throw new TypeError(`${name.slice(0, 40)} is no field of an account; take one of ${names.join(", ")}.`);
    const fault = within[name]?.(value);
    if (fault) throw new TypeError(fault);
    if (!rule.fits(value)) throw new TypeError(`${name} must be ${rule.expected}.`);
  }
  return structuredClone(account);
};

/** What is wrong inside of a field that has fields of its own. */
const within: Readonly<Record<string, (value: unknown) => string | null>> = {
  batch: jobRulesFault,
  logs: logRulesFault,
};

const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const maps = (value: unknown, fits: (value: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(fits);

const texts = { expected: "a list of strings", fits: isTexts };

const rules: Readonly<
  Record<keyof LocalAccount, { readonly expected: string; readonly fits: (value: unknown) => boolean }>
> = {
  id: { expected: "12 digits", fits: (value) => isText(value) && /^\d{12}$/.test(String(value)) },
  models: { expected: "an object of objects, by model id", fits: (value) => maps(value, isObject) },
  profiles: { expected: "lists of regions, by profile id", fits: (value) => maps(value, isTexts) },
  arns: { expected: "ids of base models or profiles, by ARN", fits: (value) => maps(value, isText) },
  roles: { expected: "an object of objects, by the names of roles", fits: (value) => maps(value, isObject) },
  denied: texts,
  stalled: texts,
  useCaseForm: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  batch: { expected: "an object", fits: isObject },
  logs: { expected: "an object", fits: isObject },
  buckets: texts,
  logging: { expected: "an object", fits: isObject },
  clockMinutes: { expected: "a number", fits: Number.isFinite },
};

const names = Object.keys(rules);
