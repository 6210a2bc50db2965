/** Run where the packed package is installed alone: one row through the local Bedrock. */
import { AwsBedrockModel } from "multiwoven-aws-bedrock-model";
import { demoCredentials, startEmulator } from "multiwoven-aws-bedrock-model/emulator";

const bedrock = await startEmulator();
const connection_specification = {
  ...demoCredentials,
  region: "us-east-1",
  endpoint: bedrock.url,
  model_id: "us.amazon.nova-lite-v1:0",
  request_format: { messages: [{ role: "user", content: [{ text: "{{ text }}" }] }] },
};
const { tracking } = await new AwsBedrockModel().write({ destination: { connection_specification } }, [
  { text: "It works." },
]);
await bedrock.close();
if (tracking.success !== 1) throw new Error(JSON.stringify(tracking.logs));
