import { pathToFileURL } from "node:url";
import type { Descriptor } from "../../generated/conformance.js";
import type { ConnectorClass } from "./class-adapter.js";

/** The class that a descriptor names. Rejects where the module cannot be loaded or exports no such class. */
export const loadClass = async (named: Descriptor["class"]): Promise<ConnectorClass> => {
  if (!named) throw new TypeError("the descriptor has no class");
  const found = (await import(pathToFileURL(named.module).href))[named.export];
  if (typeof found !== "function") throw new TypeError(`${named.module} exports no class ${named.export}`);
  return found;
};
