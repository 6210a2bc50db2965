import { policiesFor } from "../../batch/access/policies.js";
import { trustFault } from "../../batch/access/trust.js";
import { type ControlAnswer, type Decision, known } from "../../bedrock/control-answers.js";
import type { ControlPlane } from "../../bedrock/control-plane.js";
import { readRoleArn } from "../../bedrock/iam.js";
import type { BatchPlace } from "../../connection/batch-place.js";
import type { Connection } from "../../connection/connection.js";
import { ConnectorError } from "../../core/errors.js";

/** What IAM answered about the role of batch jobs. */
export interface RoleAnswers {
  readonly trust: ControlAnswer<unknown>;
  /** Whether it may do what its jobs do, by action and resource. */
  readonly rights: readonly {
    readonly action: string;
    readonly resource: string;
    readonly answer: ControlAnswer<Decision>;
  }[];
}

/** Asks whether Bedrock may take on the role, and whether that may read and write the place of the jobs, all at once. */
export const askRole = async (
  plane: Pick<ControlPlane, "trustOf" | "mayRole">,
  { input, output, roleArn }: BatchPlace,
): Promise<RoleAnswers> => {
  const arn = (folder: string): string => `arn:${readRoleArn(roleArn)?.partition ?? "aws"}:s3:::${folder}`;
  const [from, to] = [input, output].map((folder) => folder.replace("s3://", ""));
  const wanted = [
    ["s3:GetObject", arn(`${from}part-0001.jsonl`)],
    ["s3:PutObject", arn(`${to}part-0001.jsonl.out`)],
    ["s3:ListBucket", arn(from?.split("/")[0] ?? "")],
  ] as const;
  const [trust, ...answers] = await Promise.all([
    plane.trustOf(roleArn),
    ...wanted.map(([action, resource]) => plane.mayRole(roleArn, action, resource)),
  ]);
  const rights = wanted.map(([action, resource], index) => ({
    action,
    resource,
    answer: answers[index] as ControlAnswer<Decision>,
  }));
  return { trust, rights };
};

/** What is to be said of the role, in sentences; what is certain to stand in the way of its jobs. */
export const checkRole = (
  connection: Pick<Connection, "region" | "modelId">,
  place: BatchPlace,
  { trust, rights }: RoleAnswers,
  caller: string | null,
): string[] | ConnectorError => {
  const { account = "", name = place.roleArn } = readRoleArn(place.roleArn) ?? {};
  const policies = policiesFor(connection, place, caller ?? account);
  const needs = `It needs: trust ${policies.trust} access ${policies.access}`;
  if (caller !== null && caller !== account)
    return [
      `batch_role_arn is a role of account ${account}, and the credentials are of ${caller}: a role can be handed to Bedrock in its own account alone. ${needs}`,
    ];
  if (trust.is === "absent" && caller !== null)
    return new ConnectorError(
      "batch_unusable",
      `There is no role ${name} in account ${caller}: create it, or correct batch_role_arn. ${needs}`,
    );
  const fault = trust.is === "known" ? trustFault(trust.value, { account, region: connection.region }) : null;
  const sentence =
    fault && `The trust policy of the role ${name} ${fault.what}. Paste: trust ${policies.trust}`;
  if (fault?.isCertain) return new ConnectorError("batch_unusable", `${sentence}`);
  const denied = rights.filter(({ answer }) => known(answer) === "denied");
  const unproven = rights.filter(({ answer }) => known(answer) !== "allowed");
  const unasked = new Set(
    [trust, ...rights.map(({ answer }) => answer)].flatMap((answer) =>
      answer.is === "unasked" ? [answer.why] : [],
    ),
  );
  const why = unasked.size > 0 ? ` (not asked: ${[...unasked].join("; ")})` : "";
  const said = [
    ...(sentence ? [sentence] : []),
    ...denied.map(
      ({ action, resource }) =>
        `By its policies the role ${name} may not do ${action} on ${resource}; IAM does not count what a bucket's own policy allows. ${needs}`,
    ),
  ];
  if (said.length > 0) return said;
  const isTrusted = trust.is === "known";
  if (isTrusted && unproven.length === 0)
    return [`Bedrock may take on the role ${name}, and its policies let it read and write the bucket.`];
  const open = isTrusted
    ? "Bedrock may take on the role; whether it"
    : "Whether Bedrock may take on the role, and whether it";
  return [`${open} may read and write the bucket, only a job tells${why}. ${needs}`];
};
