import { nearest } from "../core/nearest.js";
import type { Arguments } from "./command.js";
import type { Fields } from "./config.js";
import { wrongUsage } from "./failure.js";

/** The settings of a connection, with those of `--model` and `--set` in their place. Throws wrong usage. */
export const withOverrides = async ({ values, lists }: Arguments, connection: Fields): Promise<Fields> => {
  const given = [...(values.model === undefined ? [] : [`model_id=${values.model}`]), ...(lists?.set ?? [])];
  if (given.length === 0) return connection;
  const { openConnector } = await import("./connect.js");
  const { connection_specification } = (await openConnector()).spec().connector_spec;
  const { properties } = connection_specification as { properties: Record<string, { type?: unknown }> };
  const settings = { ...connection };
  for (const text of given) {
    const at = text.indexOf("=");
    if (at < 1) throw wrongUsage(`give --set as KEY=VALUE, not ${JSON.stringify(text)}`);
    const name = text.slice(0, at);
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known === undefined) {
      const close = nearest(name, Object.keys(properties));
      throw wrongUsage(
        `there is no setting ${JSON.stringify(name)}${close ? `; did you mean ${close}?` : ""}`,
      );
    }
    settings[name] = known.type === "string" ? text.slice(at + 1) : readValue(text.slice(at + 1));
  }
  return settings;
};

/** A number, a truth value or a structure as JSON has it; anything else is a text. */
const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
