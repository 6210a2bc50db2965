import type { ReasoningTags } from "../../core/reply.js";

/**
 * All models that share one request and response shape on InvokeModel. A family is data: it can be printed and
 * compared, and holds no function. Paths into a request or response are JMESPath.
 */
export interface Family {
  /** Short name; also the file name of its request schema, `schemas/families/<name>.json`. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** Matches the base model ids (no geography prefix, no ARN around it). */
  readonly models: RegExp;
  /** Present where an answer is a vector of numbers, or several, and no text. */
  readonly vector?: {
    /** Keys from the top of a body to the length that it asks for. */
    readonly asked?: readonly string[];
    /** The length where the body asks for none and the model's facts name no other. */
    readonly length: number;
  };
  readonly request: {
    /** Where the words of the user stand in a body: a string, or a list of strings. */
    readonly prompt: string;
    /** Where the system's words stand in a body, with the roles of messages that may be the system's. */
    readonly system?: string;
    /**
     * Keys from the top of a body to the limit of output tokens, the documented spelling first; none for vectors.
     */
    readonly maxTokens: readonly (readonly string[])[];
  };
  readonly response: {
    /** The answer: a text, a list of texts or of blocks, or the vector of a family of vectors. */
    readonly text: string;
    /** The model's reasoning where the response keeps it outside of the answer. */
    readonly reasoning?: string;
    /** What the model says in place of an answer that it refuses, where that stands outside of the answer. */
    readonly refusal?: string;
    /** The calls of tools, where they stand outside of the answer. */
    readonly toolCalls?: string;
    /** The service's word for the end of the answer. What the words mean stands in `answer-words.ts`. */
    readonly stopReason?: string;
    /** Token counts in the body. Bedrock's token-count headers go before them. */
    readonly usage?: {
      readonly input: string;
      readonly output?: string;
      /** Input tokens read from and written to a prompt cache, of which `input` counts none. */
      readonly cacheRead?: string;
      readonly cacheWrite?: string;
      /** The tokens written to a cache by their lifetime: a list of pairs such as `["1h", 100]`. */
      readonly cacheWrites?: string;
      /** The tokens of `output` that the model thought with. */
      readonly thinking?: string;
    };
    /** The service tier that served the call, where it stands in the body and not in a header. */
    readonly serviceTier?: string;
    /** The service's own latency, in milliseconds, where it stands in the body and not in a header. */
    readonly latency?: string;
  };
  /** What single models of the family take otherwise than its schema says. */
  readonly rules?: readonly ModelRule[];
  /** How its models are asked for an answer that fits a JSON Schema, the best way first. Else in words. */
  readonly structured?: readonly StructuredWay[];
  /** How its API is told where a prompt cache ends; absent where it has none. */
  readonly cache?: CacheWay;
  /** Tags around reasoning that the model writes into its text. */
  readonly reasoningTags?: readonly ModelTags[];
  /** For families that take one raw prompt: how a user's turn is written for the model. */
  readonly chat?: {
    /** The key of the raw prompt in the body. */
    readonly key: string;
    /** The prompt in the family's chat format; `{{ prompt }}` stands for the user's words. */
    readonly template: string;
    /** A prompt that starts with one of these already carries the format. */
    readonly marks: readonly string[];
    /** Matches, in a prompt that carries the format, every turn of the system. Global. */
    readonly systemTurn?: RegExp;
    /** True where a raw prompt is always wrapped, as the upstream connector does. */
    readonly always?: true;
    /** For models of which it is not certain that the template is theirs: why, after the name of a setting. */
    readonly doubtful?: Selection & { readonly says: string };
  };
  /** True where the provider takes no calls from an account that has not sent it a use case form. */
  readonly useCaseForm?: true;
  /** Present where one tool call at a time is asked for inside of the choice of a tool, and not beside it. */
  readonly singleInChoice?: true;
  /**
   * How an answer is streamed in chunks of text. Families without it stream the blocks of a message, or the choices of a
   * chat completion, which are read as such.
   */
  readonly stream?: {
    /** JMESPath from all chunks, laid over each other, to the response as it is without a stream. */
    readonly whole?: string;
    /** For the local Bedrock: one chunk. What is not known before the last one is null until then. */
    readonly chunk: unknown;
  };
  /**
   * For the local Bedrock: a response as the service writes it, with `{{ text }}`, `{{ stop_reason }}` and the like
   * as leaves.
   */
  readonly reply: unknown;
  /** For the local Bedrock: true where it is not known that Bedrock sends token-count headers. */
  readonly withoutCountHeaders?: true;
  /** For the local Bedrock: what the service calls the two usual ends of a text. */
  readonly stopReasons?: { readonly end: string; readonly length: string };
}

/** Which models of a family something is for: all, unless it says otherwise. */
export interface Selection {
  /** A word among the traits of a model's facts. What differs from model to model is told by one. */
  readonly trait?: string;
  /** A word that does not stand there. */
  readonly lacks?: string;
  /** Matches base model ids. For the Converse API, whose models are of all families. */
  readonly models?: RegExp;
}

export interface ModelRule extends Selection {
  /** JMESPath into a body. The rule speaks where it finds anything but null, false or what is empty. */
  readonly when: string;
  /** Names the keys and what to do; never a value. `{key}` is a key that `rulesAt` puts in its place. */
  readonly says: string;
  /**
   * `refused`: documented as an error of the service. `doubtful`: reported, or known of the model's sisters.
   * `note`: works, but costs or does what one may not expect.
   */
  readonly level: "refused" | "doubtful" | "note";
}

/** Tags of reasoning, and which models of the family write them. */
interface ModelTags extends ReasoningTags, Selection {}

/**
 * How a body says up to where a prompt cache keeps it. A model reads its tools first, then its system text, then its
 * messages, and so does the cache. Source: Bedrock user guide, "Prompt caching".
 */
export interface CacheWay {
  /** What a model reads first, which carries no point here: keys from the top of a body. */
  readonly before: readonly (readonly string[])[];
  /** Where texts stand that may end in a point, in the order in which they are read; `*` is each item of a list. */
  readonly places: readonly (readonly string[])[];
  /** A text as an item of a list of its own. The leaf `{{ text }}` is the text. */
  readonly block: Readonly<Record<string, unknown>>;
  /** What makes an item the last one that is kept: keys of its own, or an item after it. */
  readonly point: { readonly within: object } | { readonly after: object };
}

/** One way to ask for an answer that fits a JSON Schema. */
export interface StructuredWay extends Selection {
  /** Kept to by the service itself, or given as the arguments of a tool that the model has to call. */
  readonly kind: "native" | "tool";
  /** Keys from the top of a body, any of which rules it out. */
  readonly unless?: readonly (readonly string[])[];
  /** What a body gains. The leaf `{{ schema }}` is the schema, `{{ schema_text }}` the schema as JSON text. */
  readonly body: unknown;
  /** The only keys that the schema may have at its top, where there are such. */
  readonly topKeys?: readonly string[];
  /** Where the answer stands, as values or as JSON texts, in a list. Without it, it is the family's text. */
  readonly answer?: string;
  /**
   * For the local Bedrock: the response where it is not the usual one. `{{ answer }}` is the answer, `{{
   * answer_text }}` its JSON text.
   */
  readonly reply?: unknown;
  /** For the local Bedrock: the stop reason of that response. */
  readonly stopReason?: string;
}
