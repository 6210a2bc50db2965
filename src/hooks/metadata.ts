/** What a host shows of the connector before it is configured. `icon` is a file beside the connector's code. */
export interface MetaData {
  readonly data: {
    readonly name: string;
    readonly title: string;
    readonly connector_type: "source" | "destination";
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

export const metaData: MetaData = {
  data: {
    name: "AwsBedrockModel",
    title: "AWS Bedrock Model",
    connector_type: "destination",
    category: "AI Model",
    sub_category: "LLM",
    documentation_url: "https://docs.squared.ai/activation/ai-ml-sources/aws_bedrock-model",
    github_issue_label: "destination-aws-bedrock-model",
    icon: "icon.svg",
    license: "MIT",
    release_stage: "alpha",
    support_level: "community",
    tags: ["language:typescript", "multiwoven"],
  },
};
