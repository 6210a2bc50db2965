/** What a host shows of the connector before it is configured. `icon` is a file beside the connector's code. */
export interface MetaData {
  readonly data: Readonly<Record<string, string | readonly string[]>>;
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
