import type { ConnectionConfig } from "../generated/connection.js";

/** Where batch jobs have their files, and as whom they read and write them. */
export interface BatchPlace {
  /** Folders of S3, `s3://bucket/…/`. */
  readonly input: string;
  readonly output: string;
  readonly roleArn: string;
  readonly kmsKey: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

type Settings = Pick<
  ConnectionConfig,
  "batch_s3_uri" | "batch_output_s3_uri" | "batch_role_arn" | "batch_kms_key" | "batch_tags"
>;

/** The place that settings name, which are text. */
export const toBatchPlace = (settings: Settings): BatchPlace | null => {
  const { batch_s3_uri: input, batch_role_arn: roleArn, batch_kms_key, batch_tags = "" } = settings;
  if (!input || !roleArn) return null;
  const tags = batch_tags.split(",").map((tag) => {
    const [name = "", ...value] = tag.split("=");
    return [name.trim(), value.join("=").trim()] as const;
  });
  return {
    input: folderOf(input),
    output: folderOf(settings.batch_output_s3_uri ?? input),
    roleArn,
    kmsKey: batch_kms_key ?? null,
    tags: Object.fromEntries(tags.filter(([name]) => name)),
  };
};

const folderOf = (uri: string): string => `${uri.replace(/\/+$/, "")}/`;
