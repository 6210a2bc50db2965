import { compile, type JSONValue, TreeInterpreter } from "@jmespath-community/jmespath";
import type { Json } from "./json.js";

/** The value at a JMESPath, `null` where it is missing or of a type that the path cannot take. */
export const search = (path: string, body: Json): unknown => {
  let expression = compiled.get(path);
  if (!expression) {
    expression = compile(path);
    compiled.set(path, expression);
  }
  try {
    return TreeInterpreter.search(expression, body as JSONValue);
  } catch {
    return null;
  }
};

const compiled = new Map<string, ReturnType<typeof compile>>();
