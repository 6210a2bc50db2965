/** What a host may register the connector as; the two differ in their description, not in the hooks behind it. */
export type Side = "source" | "destination";

/** What a host shows of the connector before it is configured. `icon` is a file beside the connector's code. */
export interface MetaData {
  readonly data: {
    readonly name: string;
    readonly title: string;
    readonly connector_type: Side;
    readonly category: string;
    readonly sub_category: string;
    readonly documentation_url: string;
    readonly github_issue_label: string;
    readonly icon: string;
    readonly license: string;
    readonly release_stage: string;
    readonly support_level: string;
    readonly tags: readonly string[];
  };
}

export const connectorName = "AwsBedrockModel";
export const documentationUrl = "https://docs.squared.ai/activation/ai-ml-sources/aws_bedrock-model";

/** A host may hand over anything. */
export const sideOf = (given: unknown): Side => (given === "source" ? "source" : "destination");

/** The caller's own object: a host writes into it. */
export const describe = (side: Side): MetaData => ({
  data: {
    name: connectorName,
    title: "AWS Bedrock Model",
    connector_type: side,
    category: "AI Model",
    sub_category: "LLM",
    documentation_url: documentationUrl,
    github_issue_label: `${side}-aws-bedrock-model`,
    icon: "icon.svg",
    license: "MIT",
    release_stage: "alpha",
    support_level: "community",
    tags: ["language:typescript", "multiwoven"],
  },
});
