// Generated from schemas/connection.json. Do not edit: change the schema and run `npm run generate`.

export interface ConnectionConfig {
  /**
   * The AWS region whose Bedrock endpoint is called, such as us-east-1.
   */
  region: string;
  /**
   * A Bedrock model id, inference profile id or ARN, such as us.amazon.nova-lite-v1:0.
   */
  model_id: string;
  /**
   * The inference profile id or ARN to call instead of the model id. The model id then names the model's family.
   */
  inference_profile?: string;
  /**
   * invoke_model sends each model its own body; converse sends every model the one shape of the Converse API, and the service applies the model's prompt format.
   */
  api?: "invoke_model" | "converse";
  /**
   * A sample request body of the model, as JSON, with {{ column }} in the places where a row's values go.
   */
  request_format: string | object;
  /**
   * A sample response body of the model, as JSON, with {{ column }} as the values that become output columns. Without a placeholder the model's text goes to the output field.
   */
  response_format?: string | object;
  /**
   * The column that receives the model's text when the response format names none.
   */
  output_field?: string;
  /**
   * A JSON Schema of an object. The model is asked for an answer that fits it, in the best way that the model knows, and its properties become output columns.
   */
  output_schema?: string | object;
  /**
   * How often a row is asked again whose answer does not fit the output schema. Each retry is a call that is paid for.
   */
  schema_retries?: string | number;
  /**
   * AWS access key id. Leave empty, with the secret key, to use the host's own AWS credentials (environment, profile, or role).
   */
  access_key?: string;
  /**
   * The secret that belongs to the access key id.
   */
  secret_access_key?: string;
  /**
   * Only for temporary credentials: the session token that came with the key pair.
   */
  session_token?: string;
  /**
   * An Amazon Bedrock API key, instead of an access key pair.
   */
  api_key?: string;
  /**
   * An IAM role to assume before calling Bedrock.
   */
  role_arn?: string;
  /**
   * The external id that the role's trust policy asks for, if it does.
   */
  external_id?: string | number;
  /**
   * A PostgreSQL database that takes the enriched rows, as a URL. The host itself keeps none of them.
   */
  write_back_url?: string;
  /**
   * The table that takes the enriched rows. Each row is written when its answer has come, over the row of the same key or as a new one.
   */
  write_back_table?: string;
  /**
   * The table's column that names a row, with a unique index on it. Its value is the record's field of the same name, or the one that write_back_columns gives it.
   */
  write_back_key?: string;
  /**
   * The table's columns, each with the field of the enriched record that it takes; a dot goes inside, as in _bedrock.output_tokens. Empty, each output column goes to the column of its name.
   */
  write_back_columns?: string | object;
  /**
   * Ends a run before it sends more rows than this.
   */
  max_rows?: string | number;
  /**
   * Ends a run before its calls could take more tokens, in and out, than this. The request format must limit its output tokens.
   */
  max_tokens_total?: string | number;
  /**
   * Ends a run before its calls could cost more than this. Needs the model's price, and a limit of output tokens in the request format.
   */
  max_spend_usd?: string | number;
  /**
   * The model's price, in place of the list price. Give both prices or neither.
   */
  input_price_usd?: string | number;
  /**
   * The model's price, in place of the list price. Give both prices or neither.
   */
  output_price_usd?: string | number;
  /**
   * A JSON file on the host with prices of your own by model id, which go before the list prices.
   */
  prices_file?: string;
  /**
   * Ends a run when more rows than this have failed or are held.
   */
  tolerated_failure_count?: string | number;
  /**
   * Ends a run when more than this share of its rows has failed or is held, judged from the 20th row on.
   */
  tolerated_failure_percent?: string | number;
  /**
   * Remembers every paid call, so that a restart or a repeated sync pays for no row twice: a file on the host, or a PostgreSQL database for workers in several processes. It holds request and response bodies.
   */
  ledger?: string;
  /**
   * hold keeps the row back and names it, retry sends it again the next time it comes (it may be paid for twice), fail counts it as failed.
   */
  on_unknown?: "hold" | "retry" | "fail";
  /**
   * keep returns an answer that a token limit cut off, marked as truncated; fail makes it the row's error.
   */
  on_truncated?: "keep" | "fail";
  /**
   * fail makes an answer without text, or of reasoning alone, the row's error; keep returns it as empty text.
   */
  on_empty?: "fail" | "keep";
  /**
   * skip sends nothing for a row whose placeholders all come out blank (empty, null, white space), at no cost: its output columns are null; fail sends nothing either, and counts the row as failed; send sends it all the same.
   */
  on_blank?: "skip" | "fail" | "send";
  /**
   * Rows that become the same request share one call and one answer. Turn off when the model is to answer each record anew.
   */
  reuse_answers?: boolean;
  /**
   * auto has the model keep what stands before the first placeholder of a long request, where that costs less: one row puts it into the cache and the others wait for that one. The preview says what it saves.
   */
  prompt_cache?: "off" | "auto";
  /**
   * A ceiling: how many calls may be open at once. How many are follows from the quota and the time of an answer.
   */
  max_concurrency?: string | number;
  /**
   * The deadline of one call. A call that passes it may have been billed, so its row is held and not sent again.
   */
  request_timeout_seconds?: string | number;
  /**
   * The account's tokens-per-minute quota for this model, if known: the run then never asks for more. Without it the quota is learned.
   */
  tokens_per_minute?: string | number;
  /**
   * The account's requests-per-minute quota for this model, if known: the run then never asks for more. Without it the quota is learned.
   */
  requests_per_minute?: string | number;
  /**
   * auto wraps a raw prompt in its family's chat template (Llama, Mistral, Titan, DeepSeek) unless it already starts with it; off sends it as it is.
   */
  chat_template?: "off" | "auto";
  /**
   * The service tier of every call, where the model has it.
   */
  service_tier?: "default" | "priority" | "flex" | "reserved";
  /**
   * now calls the model for each row. batch makes batch inference jobs of the rows, at half the price, with the answers hours later. auto takes the cheapest way that is open to the model: batch jobs, the flex tier, or calls.
   */
  delivery?: "now" | "batch" | "auto";
  /**
   * Where batch jobs have their files: requests go there, and answers come there, unless batch_output_s3_uri names another place. It holds the rows' texts; nothing is deleted by itself.
   */
  batch_s3_uri?: string;
  /**
   * Where batch jobs write their answers, where that is another place than batch_s3_uri.
   */
  batch_output_s3_uri?: string;
  /**
   * The IAM role that Bedrock takes on to read and write the files of batch jobs. check says which policies it needs.
   */
  batch_role_arn?: string;
  /**
   * A KMS key that encrypts the files of batch jobs in S3.
   */
  batch_kms_key?: string;
  /**
   * Tags that batch jobs get, as name=value with commas between.
   */
  batch_tags?: string;
  /**
   * The id or ARN of a guardrail to apply to every call.
   */
  guardrail_identifier?: string;
  /**
   * The guardrail's version: DRAFT or a number.
   */
  guardrail_version?: string | number;
  /**
   * refuse takes no request format that puts a row's values into the model's system text; allow takes it, for columns that nobody but you writes.
   */
  system_placeholders?: "refuse" | "allow";
  /**
   * The regions that may work on rows, separated by commas: whole ones such as ap-northeast-1, or beginnings such as eu-. Inference profiles that reach any other are refused.
   */
  residency?: string;
  /**
   * Another Bedrock Runtime endpoint, such as a VPC endpoint or a local Bedrock. It receives signed requests and row values.
   */
  endpoint?: string;
  /**
   * Turn on when the host doubles apostrophes in mapped strings (O''Brien): the model then reads O'Brien.
   */
  undouble_apostrophes?: boolean;
  /**
   * Put request and response bodies, which hold row values, into the sync's logs.
   */
  log_payloads?: boolean;
  /**
   * For a source whose host takes an answer piece by piece: each event of the service is handed over as it comes, and then the whole answer. Rows of a sync are never streamed.
   */
  is_stream?: boolean;
  /**
   * call puts the key of each call into its requestMetadata, so that the account's model invocation logs can tell what became of a call whose answer was lost. none sends no metadata of the connector's own.
   */
  request_metadata?: "call" | "none";
}
