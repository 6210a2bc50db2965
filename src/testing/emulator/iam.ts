import type { LocalAccount, LocalRole } from "./account.js";
import { stalled } from "./control-routes.js";
import type { HttpReply, WireRequest } from "./http-message.js";
import type { Backend } from "./invocation.js";
import { localAccountId } from "./model-catalog.js";
import { count } from "./stats.js";
import { refuseCaller, stsAction, stsError, stsReply } from "./sts.js";

/**
 * GetRole and SimulatePrincipalPolicy of IAM, for the roles of the account; where it has none, any role is there and may do what
 * batch jobs ask of it. `null` where another service is asked.
 */
export const serveIam = (request: WireRequest, { account, accounts, stats }: Backend): HttpReply | null => {
  const operation = stsAction(request);
  if (operation !== "GetRole" && operation !== "SimulatePrincipalPolicy") return null;
  count(stats.control_plane, operation);
  if (account.stalled?.includes(operation)) return stalled;
  const refusal = refuseCaller(request, accounts, account.clockMinutes, "iam");
  if (refusal) return refusal;
  if (account.denied?.includes(operation))
    return stsError(
      403,
      "AccessDenied",
      `User: arn:aws:iam::${account.id ?? localAccountId}:user/demo is not authorized to perform: iam:${operation} because no identity-based policy allows the iam:${operation} action`,
    );
  const form = new URLSearchParams(request.body.toString());
  const name = form.get("RoleName") ?? form.get("PolicySourceArn")?.replace(/^.*\//, "") ?? "";
  const role = findRole(account, name);
  if (!role) return stsError(404, "NoSuchEntity", `The role with name ${name} cannot be found.`);
  return operation === "GetRole" ? getRole(account, name, role) : simulate(form, role);
};

const findRole = ({ roles }: LocalAccount, name: string): LocalRole | undefined => {
  if (!roles) return {};
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
};

const getRole = ({ id = localAccountId }: LocalAccount, name: string, { trust }: LocalRole): HttpReply => {
  const policy = JSON.stringify(trust ?? trustOfBedrock(id));
  return reply(
    "GetRole",
    `<Role><RoleName>${name}</RoleName><Arn>arn:aws:iam::${id}:role/${name}</Arn>` +
      `<AssumeRolePolicyDocument>${encodeURIComponent(policy)}</AssumeRolePolicyDocument></Role>`,
  );
};

const trustOfBedrock = (account: string): object => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "bedrock.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ],
});

const simulate = (form: URLSearchParams, { may_not = [] }: LocalRole): HttpReply => {
  const action = form.get("ActionNames.member.1") ?? "";
  const resource = form.get("ResourceArns.member.1") ?? "*";
  const decision = may_not.includes(action) ? "implicitDeny" : "allowed";
  return reply(
    "SimulatePrincipalPolicy",
    `<IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>${action}</EvalActionName>` +
      `<EvalResourceName>${resource}</EvalResourceName><EvalDecision>${decision}</EvalDecision>` +
      `<MissingContextValues/></member></EvaluationResults>`,
  );
};

const reply = (operation: string, result: string): HttpReply =>
  stsReply(
    200,
    `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  );
