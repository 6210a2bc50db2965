import { createQuota, isRejected, type Quota } from "../../src/testing/emulator/account-quota.js";
import type { Chance } from "./chance.js";
import type { Life, Time } from "./life.js";

/** What the service does to calls, each to a share of them. */
export interface ServiceWeather {
  readonly faults: Readonly<Partial<Record<ServiceFault, number>>>;
  /** The longest time that an answer takes. */
  readonly answerMs: number;
  readonly quota: Quota | null;
}

export type ServiceFault = keyof typeof refusals | keyof typeof odds;

/** An answer as HTTP has it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One call that has reached the service, and what it is billed for. */
export interface Call {
  readonly life: Life;
  readonly body: string;
  /** What became of it, in a word. */
  fate: string;
  readonly billed: boolean;
  readonly counts: Counts;
  /** Whether the answer says what it took. */
  told: boolean;
  /** What there is to read in the answer; `null` where there is nothing. */
  text: string | null;
}

/** Tokens as the service counts them: `input` has none of those that came from the prompt cache. */
export interface Counts {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
}

export interface VirtualBedrock {
  /** A call has arrived. What it takes is billed now; the answer is handed to `reply` when it is there. */
  serve(life: Life, body: string, reply: (answer: Answer, call: Call) => void): void;
  weather: ServiceWeather;
}

/** The service, which tells `bill` of each call that arrives. */
export const createBedrock = (
  time: Time,
  chance: Chance,
  bill: (call: Call) => void,
  weather: ServiceWeather,
): VirtualBedrock => {
  const account = createQuota(weather.quota, time.now);
  let answers = 0;
  const bedrock: VirtualBedrock = {
    weather,
    serve(life, body, reply) {
      const { maxTokens } = JSON.parse(body).inferenceConfig;
      const input = chance.whole(1, Buffer.byteLength(body));
      const cacheRead = chance.happens(0.1) ? chance.whole(0, input) : 0;
      const counts = { input: input - cacheRead, output: chance.whole(1, maxTokens), cacheRead };
      const admission = account.admit(input, maxTokens);
      const fault = chance.meet(bedrock.weather.faults);
      const refusal = isRejected(admission)
        ? errorOf(admission.status, admission.type, admission.message)
        : refusals[fault as keyof typeof refusals];
      const told = !chance.happens(0.1);
      const call: Call = {
        ...{ life, body, counts, told: told && !refusal },
        fate: isRejected(admission) ? "over the quota" : (fault ?? "answered"),
        // The service says of these alone that they cost nothing.
        billed: !refusal || (refusal.status >= 500 && refusal.status < 503 && chance.happens(0.5)),
        text: refusal ? null : `Answer ${++answers}.`,
      };
      const whole = refusal ?? answerTo(call, chance.happens(0.5));
      const answer = odds[fault as keyof typeof odds]?.(whole, call) ?? whole;
      bill(call);
      time.after(refusal ? 1 : 1 + bedrock.weather.answerMs * chance.next(), () => {
        if (!isRejected(admission)) admission.settle(call.billed ? counts.output : 0);
        reply(answer, call);
      });
    },
  };
  return bedrock;
};

const errorOf = (status: number, type: string, message: string, headers = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-errortype": type, ...headers },
  body: JSON.stringify({ message }),
});

const page = (status: number): Answer => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<html><h1>${status}</h1></html>`,
});

/** What calls are refused with, whatever they ask. What is below 500, 503 and 529 are never billed. */
const refusals = {
  throttled: errorOf(429, "ThrottlingException", "Too many requests, please wait before trying again."),
  "throttled for tokens": errorOf(429, "ThrottlingException", "Too many tokens, please wait."),
  "throttled by a gateway": { ...page(429), headers: { "retry-after": "2" } },
  "throttled for a while": errorOf(429, "ThrottlingException", "Slow down.", { "retry-after": "20" }),
  "out of tokens for the day": errorOf(429, "ThrottlingException", "Too many tokens per day."),
  "not ready": errorOf(429, "ModelNotReadyException", "The model is not ready."),
  overloaded: errorOf(503, "ServiceUnavailableException", "Too busy."),
  "overloaded, as the model says": errorOf(529, "overloaded_error", "Overloaded."),
  "failed in the service": errorOf(500, "InternalServerException", "Something went wrong."),
  "failed in a proxy": page(502),
  "timed out in the service": errorOf(408, "ModelTimeoutException", "The model took too long."),
  "failed in the model": errorOf(424, "ModelErrorException", "The model failed."),
  "refused for its body": errorOf(400, "ValidationException", "Malformed input request."),
  "too long": errorOf(400, "ValidationException", "Input is too long for requested model."),
  "no access": errorOf(403, "AccessDeniedException", "You don't have access to the model."),
} satisfies Record<string, Answer>;

const answerTo = ({ text, counts, told }: Call, inHeaders: boolean, stopReason = "end_turn"): Answer => {
  const { input, output, cacheRead } = counts;
  const usage = { inputTokens: input, outputTokens: output, cacheReadInputTokenCount: cacheRead };
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "x-amzn-bedrock-invocation-latency": "17",
      ...(told &&
        inHeaders && {
          "x-amzn-bedrock-input-token-count": `${input}`,
          "x-amzn-bedrock-output-token-count": `${output}`,
          "x-amzn-bedrock-cache-read-input-token-count": `${cacheRead}`,
        }),
    },
    body: JSON.stringify({
      output: { message: { role: "assistant", content: [{ text }] } },
      stopReason,
      ...(told && !inHeaders && { usage }),
    }),
  };
};

/** Answers that are not what they should be. They are billed. */
type Odd = (whole: Answer, call: Call) => Answer;

const without =
  (change: (body: string) => string): Odd =>
  (whole, call) => {
    call.text = null;
    call.told &&= "x-amzn-bedrock-input-token-count" in whole.headers;
    return { ...whole, body: change(whole.body) };
  };

const odds = {
  empty: without(() => ""),
  "a page": without(() => "<html>Sign in.</html>"),
  "cut short": without((body) => body.slice(0, body.length / 2)),
  "no object": without(() => "null"),
  "without content": without(() => '{"output":{"message":{"content":[]}},"stopReason":"end_turn"}'),
  filtered: (whole, call) => {
    call.text = null;
    return { ...whole, body: whole.body.replace("end_turn", "content_filtered") };
  },
  truncated: (whole) => ({ ...whole, body: whole.body.replace("end_turn", "max_tokens") }),
  "with odd characters": (whole, call) => {
    call.text += "\0\ud800 'é' \u2028 💶";
    return { ...whole, body: whole.body.replace(/Answer \d+\./, JSON.stringify(call.text).slice(1, -1)) };
  },
} satisfies Record<string, Odd>;
