import { AwsBedrockModel } from "../../../src/index.js";
import { serveLines } from "./serve-lines.js";

serveLines(AwsBedrockModel);
