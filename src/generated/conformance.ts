// Generated from schemas/conformance.json. Do not edit: change the schema and run `npm run generate`.

/**
 * What the conformance suite has to know of a connector. Every part but name, config and records may be left out; the rows that need it are then skipped. In every string of a config or change, ${url} is the stand-in server's address, ${folder} an empty folder and ${run} the name of the sync run.
 */
export interface Descriptor {
  /**
   * The connector's name, for the report.
   */
  name: string;
  /**
   * The connector as a class: the module, relative to the descriptor, and the name that it exports.
   */
  class?: {
    module: string;
    export: string;
  };
  /**
   * The connector as a command that answers JSON lines, with its arguments; it is started in the descriptor's folder.
   *
   * @minItems 1
   */
  command?: string[];
  /**
   * Environment variables the connector needs; ${url} is the stand-in server itself.
   */
  environment?: {
    [k: string]: string;
  };
  /**
   * The stand-in for the service: a command whose first line on stdout is its URL, the URL of one that runs, or the local Bedrock.
   */
  server?:
    | {
        /**
         * @minItems 1
         */
        command: string[];
      }
    | {
        url: string;
      }
    | "local-bedrock"
    | {
        local_bedrock: {
          [k: string]: unknown;
        };
      };
  /**
   * Which requests to the service are paid for, and the response headers that count its tokens.
   */
  calls?: {
    /**
     * A regular expression of the path.
     */
    path: string;
    /**
     * Each record of a batch inference job of the local Bedrock is a call, too.
     */
    in_jobs?: boolean;
    input_tokens?: string;
    output_tokens?: string;
  };
  /**
   * A connection that works, secrets included.
   */
  config: {
    [k: string]: unknown;
  };
  /**
   * Mistakes in the connection, and states of the account and the service that stand in its way.
   *
   * @minItems 1
   */
  bad_configs?: Mistake[];
  /**
   * Mistakes in a template, in the same form.
   *
   * @minItems 1
   */
  bad_templates?: Mistake[];
  /**
   * Texts that no message may hold, beside the secrets of the config: an account id.
   */
  private?: string[];
  /**
   * Three good records or more, all different.
   *
   * @minItems 3
   */
  records: {
    [k: string]: unknown;
  }[];
  /**
   * The column that tells records apart.
   */
  key_column?: string;
  /**
   * A column whose text goes into the request. A record without it is an error.
   */
  text_column?: string;
  /**
   * Columns whose names are not plain words, each with the change of a template that reads it.
   */
  odd_columns?: {
    column: string;
    change: Change;
  }[];
  /**
   * All columns that the good config reads.
   */
  input_columns?: string[];
  /**
   * A column that the good config adds.
   */
  output_column?: string;
  /**
   * Which value stands where an input column has the output column's name.
   */
  clash?: "input" | "output";
  /**
   * The settings that hold the sample request and the sample response.
   */
  formats?: {
    request: string;
    response?: string;
  };
  /**
   * Where a tracking message has what became of a record: dotted paths, `records` from the tracking message on, the others from the enriched record on.
   */
  outcome?: {
    records: string;
    /**
     * One of enriched, skipped (nothing to work on), failed, held (perhaps paid for, so not sent again) and not_sent.
     */
    status: string;
    code: string;
    /**
     * One of no, yes and unknown.
     */
    billed: string;
    retryable?: string;
    input_tokens?: string;
    output_tokens?: string;
    stop_reason?: string;
    truncated?: string;
    /**
     * Null where the price is not known.
     */
    cost?: string;
  };
  /**
   * The code of a record that a later write has the answer of, as of one in a batch job: records are written again until none has it.
   */
  pending_code?: string;
  /**
   * Rules that say nothing of this way to deliver records, by id, and why.
   */
  not_applicable?: {
    [k: string]: string;
  };
  /**
   * Requests with what must be sent, and responses with what must be read of them.
   */
  samples?: Sample[];
  /**
   * Ways to log in that the service takes, and ones that must not work: a wrong key, a wrong secret, none.
   */
  logins?: {
    /**
     * @minItems 1
     */
    good: Change[];
    /**
     * @minItems 1
     */
    bad: Change[];
  };
  /**
   * Makes a call end after so many seconds.
   */
  deadline?: {
    change: Change;
    seconds: number;
  };
  /**
   * Makes the connector remember answers in a file of ${folder}.
   */
  ledger?: {
    change: Change;
    /**
     * The file's name in ${folder}.
     */
    file: string;
  };
  /**
   * Another template, which makes another request of every record.
   */
  new_template?: {
    [k: string]: unknown;
  };
  /**
   * Whether equal requests share one call.
   */
  reuse?: {
    on: Change;
    off: Change;
  };
  /**
   * Bounds how many calls are open at once.
   */
  concurrency?: {
    change: Change;
    most: number;
  };
  /**
   * Bounds the calls of a run.
   */
  ceiling?: {
    change: Change;
    calls: number;
  };
  /**
   * Logs in with credentials that expire and can be fetched anew.
   */
  session?: {
    [k: string]: unknown;
  };
  /**
   * Whether apostrophes that the host doubled are undone.
   */
  apostrophes?: {
    on: Change;
    off: Change;
  };
  /**
   * A column that may be missing, and what is sent then.
   */
  optional_column?: {
    change: Change;
    column: string;
    default: string;
  };
  /**
   * Sets a value apart in the request, and a regular expression of the marker that ends it.
   */
  fence?: {
    change: Change;
    marker: string;
  };
  /**
   * Asks for typed columns; an answer that does not fit, and the code that it ends in.
   */
  output_schema?: {
    change: Change;
    answer: Answer;
    code: string;
  };
  /**
   * A model whose price nobody knows.
   */
  unpriced?: {
    [k: string]: unknown;
  };
  /**
   * What the service says in the situations that the rows bring about.
   */
  answers?: {
    throttled?: Answer;
    overloaded?: Answer;
    daily_quota?: Answer;
    denied?: Answer;
    expired?: Answer;
    truncated?: Answer;
  };
  /**
   * Refusals of the service, and how a record ends that meets one.
   *
   * @minItems 1
   */
  refusals?: {
    name: string;
    answer: Answer;
    code: string;
    billed: "no" | "yes" | "unknown";
    retryable?: boolean;
  }[];
  /**
   * The connector is a source as well: its hook read sends a finished request, which the sync config has as model.query, and answers with what the service said.
   */
  source?: {
    /**
     * A finished request, which goes to the service as it is.
     */
    query: {
      [k: string]: unknown;
    };
    /**
     * Payloads of chats, such as agents send to any model: OpenAI's and Anthropic's.
     *
     * @minItems 1
     */
    chats?: {
      [k: string]: unknown;
    }[];
    stream?: Change1;
  };
  /**
   * The connector has a hook preview(config, records), which says what a run over the records would cost: dotted paths in its answer, in the unit of the outcome's cost.
   */
  preview?: {
    low: string;
    high: string;
  };
  /**
   * A JSON file, relative to the descriptor, with the connection specification as it is committed.
   */
  specification?: string;
  /**
   * A JSON file, relative to the descriptor: `{ spec, catalog }`, the two messages of the last release.
   */
  last_release?: string;
  /**
   * Seconds that hooks may take.
   */
  limits?: {
    spec?: number;
    check?: number;
  };
}
export interface Mistake {
  name: string;
  change: Change;
  /**
   * What the service says, by regular expressions of paths, of which the first that fits counts. Other requests get the service's own answer.
   */
  answers?: {
    [k: string]: Answer;
  };
  /**
   * What is wrong: the message must contain it, such as the setting's name.
   */
  names: string;
  /**
   * What to do: the message must contain it too.
   */
  fix?: string;
  /**
   * It may be meant so: the check passes, and its message warns.
   */
  warning?: boolean;
}
/**
 * Settings put over the good config.
 */
export interface Change {
  [k: string]: unknown;
}
/**
 * An HTTP response of the service.
 */
export interface Answer {
  status: number;
  headers?: {
    [k: string]: string;
  };
  /**
   * Text is sent as it is, anything else as JSON.
   */
  body?:
    | string
    | {
        [k: string]: unknown;
      }
    | unknown[];
}
export interface Sample {
  name: string;
  /**
   * Whether the request has its required fields, all fields, or is a vendor's own sample.
   */
  fields: "required" | "all" | "seed";
  change: Change;
  record: {
    [k: string]: unknown;
  };
  /**
   * The request body that must be sent.
   */
  body: {
    [k: string]: unknown;
  };
  /**
   * Request headers that must be sent.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * The path that must be called.
   */
  path?: string;
  answer?: Answer;
  /**
   * What must be read of the answer.
   */
  reads?: {
    /**
     * The output column's value.
     */
    text?: string;
    stop_reason?: string | null;
    input_tokens?: number | null;
    output_tokens?: number | null;
  };
}
/**
 * Settings put over the good config.
 */
export interface Change1 {
  [k: string]: unknown;
}
