import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { must, shown } from "./violation.js";

type Kind = "connector_spec" | "connection_status" | "catalog" | "tracking" | "record" | "log";

/** The host's rules, of `schemas/protocol.json`. It drops keys that it does not know, and so does this. */
const ajv = new Ajv({ removeAdditional: true, inlineRefs: false });
ajv.addSchema(
  JSON.parse(readFileSync(new URL("../../../schemas/protocol.json", import.meta.url), "utf8")),
  "protocol",
);

/** The content of a message, which must be exactly one of the kind that is wanted, as the host reads it. */
export const contentOf = <T>(message: unknown, kind: Kind): T => {
  must(
    typeof message === "object" && message !== null && !Array.isArray(message),
    `expected one ${kind} message, got ${shown(message)}`,
  );
  const { type, [kind]: content } = message as Readonly<Record<string, unknown>>;
  must(type === kind && content, `expected one ${kind} message, got ${shown(message)}`);
  const check = ajv.getSchema("protocol#/definitions/MultiwovenMessage");
  // The check takes away what the host drops, and the rules read more than that.
  const taken = check?.(structuredClone(message));
  const [error] = check?.errors ?? [];
  must(taken, `the host refuses the message: ${error?.instancePath} ${error?.message}`);
  return content as T;
};
