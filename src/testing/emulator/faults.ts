import { draw } from "./draw.js";
import type { Delivery } from "./http-message.js";

/**
 * Something that goes wrong on a real account, as plain data. Every condition that is given must hold. Of the
 * faults that match a request the first is applied, and only that one.
 */
export type Fault = Conditions & Trouble;

export interface Conditions {
  /**
   * A request for this operation of the control plane, of S3 or of STS, such as `CreateModelInvocationJob` or `PutObject`.
   * Without it, a call of a model.
   */
  readonly operation?: string;
  /** Calls at this service tier, such as `flex`. */
  readonly service_tier?: string;
  /** The nth such requests since the faults were set, from 1, in the order their headers arrive. */
  readonly at?: readonly number[];
  /** The request's body, as sent, contains this. Not for `reset_before`, which never sees the body. */
  readonly includes?: string;
  /** The share of requests, from 0 to 1. The draw is pseudo-random and the same in every run. */
  readonly rate?: number;
  /** At most so many times. */
  readonly times?: number;
}

/**
 * What happens. Only `reset_before` and an unbilled `error` come before authentication and validation, and only
 * they cost nothing: for all others a real account would pay.
 */
export type Trouble =
  | RefusalTrouble
  | AnswerTrouble
  | StreamTrouble
  | { readonly kind: "reset_before" }
  | Delivery;

export interface RefusalTrouble {
  readonly kind: "error";
  readonly status: number;
  /** The error's name, such as `ThrottlingException`. */
  readonly type: string;
  readonly message: string;
  /** For a `retry-after` header, in seconds. */
  readonly retryAfter?: number;
  /** Refuses after the work was done. Without it the request is refused at once and not billed. */
  readonly billed?: boolean;
}

type AnswerTrouble =
  /** Status 200 with exactly this body. */
  | { readonly kind: "body"; readonly body: string }
  /** A normal answer with this stop reason, and this text where it is given. */
  | { readonly kind: "stop"; readonly reason: string; readonly text?: string }
  /** A normal answer that says a guardrail intervened. */
  | { readonly kind: "guardrail" };

/** What befalls streams alone; other requests pass it by. */
export type StreamTrouble =
  /** After so many events (default 2) the stream ends as a stream does, without the rest. */
  | { readonly kind: "stream_end"; readonly after?: number }
  /** After so many events (default 2) comes an error of this type, such as `throttlingException`. */
  | {
      readonly kind: "stream_error";
      readonly type: string;
      readonly message: string;
      readonly after?: number;
    };

export const isStreamTrouble = <F extends { readonly kind: string }>(fault: F): fault is F & StreamTrouble =>
  fault.kind.startsWith("stream_");

/** Faults that are set, and how far they have been used. */
export interface FaultPlan<F extends Conditions = Fault> {
  readonly entries: readonly PlannedFault<F>[];
  /** Requests so far, by operation; calls of a model, or records of a job, by the empty name. */
  readonly requests: Map<string, number>;
}

export interface PlannedFault<F extends Conditions = Fault> {
  readonly fault: F;
  readonly index: number;
  timesLeft: number;
}

/** One request's place in a plan. */
export interface Turn<F extends Conditions = Fault> {
  readonly plan: FaultPlan<F>;
  readonly number: number;
  readonly isStreamed: boolean;
  readonly operation: string | undefined;
}

/** A plan with fresh counters. */
export const planFaults = <F extends Conditions>(faults: readonly F[]): FaultPlan<F> => ({
  entries: faults.map((fault, index) => ({
    fault,
    index,
    timesLeft: fault.times ?? Number.POSITIVE_INFINITY,
  })),
  requests: new Map(),
});

export const takeTurn = <F extends Conditions>(
  plan: FaultPlan<F>,
  { isStreamed = false, operation }: { isStreamed?: boolean; operation?: string } = {},
): Turn<F> => {
  const number = (plan.requests.get(operation ?? "") ?? 0) + 1;
  plan.requests.set(operation ?? "", number);
  return { plan, number, isStreamed, operation };
};

/** The `reset_before` that is due, if one is. Faults with `includes` are passed over: they wait for the body. */
export const chooseReset = (turn: Turn): PlannedFault | undefined => {
  const first = turn.plan.entries.find((entry) => entry.fault.includes === undefined && holds(entry, turn));
  return first?.fault.kind === "reset_before" ? first : undefined;
};

/** The first fault that matches, if any. It is not used up by this. */
export const chooseFault = <F extends Conditions & { readonly kind: string }>(
  turn: Turn<F>,
  body: Buffer,
  tier = "default",
): PlannedFault<F> | undefined =>
  turn.plan.entries.find(
    (entry) =>
      (entry.fault.kind !== "reset_before" || turn.operation !== undefined) &&
      (entry.fault.service_tier ?? tier) === tier &&
      body.includes(entry.fault.includes ?? "") &&
      holds(entry, turn),
  );

const holds = <F extends Conditions & { readonly kind: string }>(
  { fault, index, timesLeft }: PlannedFault<F>,
  { number, isStreamed, operation }: Turn<F>,
): boolean =>
  timesLeft > 0 &&
  fault.operation === operation &&
  (isStreamed || !isStreamTrouble(fault)) &&
  (fault.at === undefined || fault.at.includes(number)) &&
  (fault.rate === undefined || draw(seed, index, number) < fault.rate);

/** A draw depends on the fault's place in the list, from 0, and the request's number, from 1. */
const seed = 1;
