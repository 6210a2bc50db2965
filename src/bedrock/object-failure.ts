import { ConnectorError } from "../core/errors.js";
import { FileFailure } from "../core/file-failure.js";

const rights = { read: "s3:GetObject", write: "s3:PutObject", list: "s3:ListBucket" } as const;

/** The parts of what the SDK throws that tell what happened. */
interface S3Error {
  readonly name?: string;
  readonly message?: string;
  readonly deadlinePassed?: boolean;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** S3's refusal in words; they name what the credentials lack. */
export const failed =
  (verb: keyof typeof rights, address: string) =>
  (error: unknown): never => {
    const { name = "", $metadata, message = "" } = error as S3Error;
    const status = $metadata?.httpStatusCode;
    const reason =
      error instanceof ConnectorError
        ? error.message
        : name === "NoSuchBucket"
          ? "there is no such bucket"
          : status === 404
            ? "there is no such object"
            : status === 403
              ? `the credentials may not; they need ${rights[verb]}, and s3:ListBucket to tell what is missing`
              : status === 412
                ? "it was replaced while it was read; run again"
                : status === 409
                  ? "others write it at the same time; run again"
                  : isLate(error)
                    ? "no answer in time"
                    : status === undefined && /credential/i.test(`${name} ${message}`)
                      ? "no AWS credentials were found on this machine"
                      : name === "TransportError"
                        ? message
                        : `${name}${status === undefined ? "" : `, HTTP ${status}`}`;
    const failure = new FileFailure(`cannot ${verb} ${address}: ${reason}`);
    failure.cause = error;
    throw failure;
  };

/** Whether what S3 refused may go when it is tried again: it had too much to do, or nobody was reached. */
export const passes = ({ cause }: FileFailure): boolean => {
  if (cause instanceof ConnectorError) return cause.retryable;
  const { name = "", message = "", $metadata } = (cause ?? {}) as S3Error;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return cause !== undefined && !/credential/i.test(`${name} ${message}`);
  return status >= 500 || [408, 409, 412, 429].includes(status);
};

/** Whether a question to S3 was given up at the end of its time. */
export const isLate = (error: unknown): boolean => {
  const { name, deadlinePassed } = error as S3Error;
  return deadlinePassed === true || name === "AbortError";
};
