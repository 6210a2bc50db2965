import { randomBytes, randomUUID } from "node:crypto";
import type { HttpReply, WireRequest } from "./http-message.js";
import type { Accounts } from "./sigv4.js";
import { namespace, refuseCaller, stsError, stsReply } from "./sts.js";

/**
 * AWS STS AssumeRole, so that a role can be tried locally: any well-formed role may be assumed by a known key.
 * The temporary key pair joins `accounts` until it expires. Answers in the XML of the STS query protocol.
 */
export const assumeRole = (request: WireRequest, accounts: Accounts, clockMinutes?: number): HttpReply => {
  const refusal = refuseCaller(request, accounts, clockMinutes);
  if (refusal) return refusal;
  const form = new URLSearchParams(request.body.toString());
  const role = roleArn.exec(form.get("RoleArn") ?? "");
  const session = form.get("RoleSessionName") ?? "";
  const seconds = Number(form.get("DurationSeconds") ?? 3600);
  if (!role) return stsError(400, "ValidationError", "RoleArn is invalid: give the ARN of an IAM role.");
  if (!sessionName.test(session))
    return stsError(400, "ValidationError", "RoleSessionName is invalid: give 2 to 64 of [\\w+=,.@-].");
  if (!(seconds >= 900 && seconds <= 43_200))
    return stsError(400, "ValidationError", "DurationSeconds is invalid: give 900 to 43200.");

  const id = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
  const secretAccessKey = randomBytes(30).toString("base64");
  const sessionToken = randomBytes(96).toString("base64");
  const expires = Date.now() + seconds * 1000;
  accounts.set(id, { secretAccessKey, sessionToken, expires });
  const assumed = `arn:aws:sts::${role[1]}:assumed-role/${role[2]}/${session}`;
  return stsReply(
    200,
    `<AssumeRoleResponse xmlns="${namespace}"><AssumeRoleResult>` +
      `<AssumedRoleUser><AssumedRoleId>AROA3XFRBF535PLBIFPI4:${session}</AssumedRoleId><Arn>${assumed}</Arn></AssumedRoleUser>` +
      `<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
      `<SessionToken>${sessionToken}</SessionToken><Expiration>${new Date(expires).toISOString()}</Expiration></Credentials>` +
      `</AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`,
  );
};

/** Ends every session that AssumeRole issued. */
export const expireSessions = (accounts: Accounts): void => {
  for (const [id, account] of accounts)
    if (account.sessionToken !== undefined) accounts.set(id, { ...account, expires: 0 });
};

const roleArn = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/;
const sessionName = /^[\w+=,.@-]{2,64}$/;
