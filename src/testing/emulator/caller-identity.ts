import { randomUUID } from "node:crypto";
import type { LocalAccount } from "./account.js";
import type { HttpReply, WireRequest } from "./http-message.js";
import { localAccountId } from "./model-catalog.js";
import type { Accounts } from "./sigv4.js";
import { namespace, refuseCaller, stsReply } from "./sts.js";

/** AWS STS GetCallerIdentity: tells any known key whose it is. */
export const callerIdentity = (
  request: WireRequest,
  accounts: Accounts,
  account: LocalAccount,
): HttpReply => {
  const { id = localAccountId, clockMinutes } = account;
  return (
    refuseCaller(request, accounts, clockMinutes) ??
    stsReply(
      200,
      `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult>` +
        `<Arn>arn:aws:iam::${id}:user/demo</Arn><UserId>AIDA3XFRBF535PLBIFPI4</UserId><Account>${id}</Account>` +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>` +
        `</GetCallerIdentityResponse>`,
    )
  );
};
