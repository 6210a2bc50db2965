import { answerCodes } from "./answer-codes.js";
import { type Kind, kind } from "./error-kind.js";

/**
 * Every failure the connector reports, by its stable code. Bedrock does not say whether a call that ended in
 * a 5xx, a timeout or a cut connection is charged, so those are `unknown` and never sent again by themselves.
 */
export const errorCodes = {
  invalid_config: kind(false, "no", "The connection settings are not usable.", "end"),
  not_an_object: kind(false, "no", "The record is not an object, so there are no columns to read."),
  missing_column: kind(false, "no", "The request format reads a column that this record lacks."),
  blank_row: kind(
    false,
    "no",
    "Every placeholder of the request format came out blank, so nothing was sent.",
  ),
  template_failed: kind(false, "no", "The request format could not be filled from this record."),
  invalid_body: kind(
    false,
    "no",
    "The filled request does not have the shape that the model's family takes.",
  ),
  stopped: kind(true, "no", "The run was stopped before this record was sent.", "end"),

  throttled_requests: kind(
    true,
    "no",
    "Bedrock throttled the call: too many requests a minute for the account's quota.",
  ),
  throttled_tokens: kind(
    true,
    "no",
    "Bedrock throttled the call: too many tokens a minute for the account's quota. A smaller output limit in the request format reserves less.",
  ),
  daily_quota_reached: kind(
    false,
    "no",
    "The account's tokens-per-day quota for this model is used up. Run the rest when it resets.",
    "end",
  ),
  overloaded: kind(
    true,
    "no",
    "Bedrock is overloaded for this model. Try later or another region or profile.",
  ),
  model_not_ready: kind(true, "no", "The model is not ready yet. Try again in a few minutes."),
  unreachable: kind(true, "no", "No connection to Bedrock. Check region, endpoint, network and proxy."),
  proxy_unusable: kind(
    false,
    "no",
    "The proxy cannot be used. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the process.",
    "run",
  ),
  endpoint_unusable: kind(
    false,
    "no",
    "The endpoint cannot be used: its name, its address or its certificate is not good. Check endpoint and region.",
    "run",
  ),

  invalid_request: kind(
    false,
    "no",
    "Bedrock refused the request body. Compare it with the model's parameters.",
    "either",
  ),
  input_too_long: kind(false, "no", "The prompt is longer than the model's context. Shorten the input."),
  body_too_large: kind(false, "no", "The request body is larger than Bedrock takes (25 MB)."),
  invalid_model: kind(
    false,
    "no",
    "Bedrock does not know this model id in this region. Check model_id and region.",
    "run",
  ),
  profile_required: kind(
    false,
    "no",
    "This model is called through an inference profile only. Set inference_profile to one of the account's, such as the model id with us. or eu. in front.",
    "run",
  ),
  model_legacy: kind(
    false,
    "no",
    "The provider marked this model as legacy and this account has not used it lately. Choose a newer model.",
    "run",
  ),
  model_not_found: kind(
    false,
    "no",
    "Bedrock has no such model or profile. Check model_id, inference_profile and region.",
    "run",
  ),
  model_gone: kind(
    false,
    "no",
    "The model has reached its end of life; Bedrock answers no calls to it. Choose another: `bedrock-model migrate` names living ones and rewrites the settings for any of them.",
    "run",
  ),
  use_case_form_missing: kind(
    false,
    "no",
    "The account has not submitted the provider's use case form. Submit it in the Bedrock console.",
    "run",
  ),
  access_denied: kind(
    false,
    "no",
    "Access was denied. The identity needs bedrock:InvokeModel on the model (and on the profile and its regions).",
    "run",
  ),
  model_access_denied: kind(
    false,
    "no",
    "The account has no access to this model. Ask for it in the Bedrock console.",
    "run",
  ),
  subscription_pending: kind(
    false,
    "no",
    "The model's marketplace subscription is being set up. Try again in 15 minutes.",
    "run",
  ),
  credentials_rejected: kind(
    false,
    "no",
    "AWS did not accept the credentials. Check or re-enter them.",
    "run",
  ),
  credentials_expired: kind(false, "no", "The AWS credentials have expired. Renew them.", "run"),
  clock_differs: kind(
    false,
    "no",
    "This machine's clock differs from AWS's by more than AWS allows, so signatures are refused. Set the clock.",
    "run",
  ),
  credentials_missing: kind(
    false,
    "no",
    "No AWS credentials were found. Set access_key and secret_access_key, api_key, or give the host an AWS role.",
    "run",
  ),
  credentials_unavailable: kind(
    true,
    "no",
    "The AWS credentials could not be fetched from AWS (STS, metadata service). Try again later.",
    "run",
  ),
  credentials_unusable: kind(
    false,
    "no",
    "The AWS credentials hold what no credentials may, so nothing was sent.",
    "run",
  ),
  credential_process_failed: kind(
    false,
    "no",
    "The credential_process of the AWS profile gave no credentials. Run it by hand, as the same user.",
    "run",
  ),
  role_denied: kind(
    false,
    "no",
    "The role could not be assumed. Check role_arn, external_id and the role's trust policy.",
    "run",
  ),
  service_quota_exceeded: kind(
    false,
    "no",
    "An account quota other than the rate was exceeded. See Service Quotas.",
    "run",
  ),

  model_timeout: kind(true, "unknown", "The model took longer than Bedrock allows. It may have been billed."),
  model_error: kind(
    true,
    "unknown",
    "The model failed while it worked on the request. It may have been billed.",
  ),
  service_error: kind(
    true,
    "unknown",
    "Bedrock failed while it worked on the request. It may have been billed.",
  ),
  deadline_exceeded: kind(
    true,
    "unknown",
    "No answer within request_timeout_seconds. The call may have been billed.",
  ),
  connection_lost: kind(
    true,
    "unknown",
    "The connection broke after the request was sent. It may have been billed.",
  ),
  outcome_unknown: kind(
    true,
    "unknown",
    "This row was sent before and no answer was kept; it may have been billed. Send it again with `bedrock-model replay` or on_unknown: retry.",
  ),
  unexpected_error: kind(false, "unknown", "The call failed in a way that this connector does not know."),
  ...answerCodes,
  run_broken: kind(
    true,
    "no",
    "The run was ended before this record was sent, because calls failed alike, one after the other:",
    "end",
  ),
  budget_reached: kind(
    true,
    "no",
    "The run was ended before this record was sent, to stay within its limit:",
    "end",
  ),
  too_many_failures: kind(
    true,
    "no",
    "The run was ended before this record was sent: too many rows failed.",
    "end",
  ),
  batch_pending: kind(
    true,
    "no",
    "This row waits for a batch job. The same command, or the next sync, has its answer once the job has ended.",
    "end",
  ),
  batch_unprocessed: kind(
    true,
    "no",
    "No batch job came to this row: its job ended before that, or the row came when the jobs had been planned. Run the same command again for another job.",
    "end",
  ),
  batch_unusable: kind(true, "no", "Batch jobs cannot be used, and no row is sent in their place:", "end"),
  write_back_failed: kind(true, "yes", "The answer could not be written to write_back_table:"),
  write_back_unusable: kind(true, "no", "The table write_back_table takes no rows, so none was sent:", "end"),
  ledger_locked: kind(
    true,
    "no",
    "Another process holds the ledger. Let it finish, or use another file.",
    "end",
  ),
  claimed_elsewhere: kind(false, "no", "Another worker has sent this request; its answer is waited for."),
  logs_unusable: kind(false, "no", "The account's model invocation logs cannot be used.", "end"),
  ledger_unusable: kind(false, "no", "The ledger cannot be used, so nothing was sent.", "end"),
  ledger_unwritable: kind(
    true,
    "no",
    "The ledger could not be written, so the record was not sent. Make room, or mend its disk or database, then run again.",
    "end",
  ),
} as const satisfies Record<string, Kind>;
