import { randomUUID } from "node:crypto";
import type { LocalAccount } from "./account.js";
import { localAccountId } from "./catalog.js";
import type { Accounts } from "./sigv4.js";
import { namespace, refuseCaller, stsReply } from "./sts.js";
import type { Reply, WireRequest } from "./wire.js";

/** AWS STS GetCallerIdentity: tells any known key whose it is. */
export const callerIdentity = (request: WireRequest, accounts: Accounts, account: LocalAccount): Reply => {
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
