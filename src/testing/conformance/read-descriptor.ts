import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Ajv } from "ajv";
import type { Descriptor } from "../../generated/conformance.js";

/**
 * A descriptor from its JSON file, whose paths are taken from the file's folder. Rejects with one message that names
 * every part that is wrong.
 */
export const readDescriptor = async (file: string): Promise<Descriptor> => {
  const descriptor = checked(JSON.parse(await readFile(file, "utf8")), file);
  const folder = dirname(resolve(file));
  for (const key of ["specification", "last_release"] as const) {
    const path = descriptor[key];
    if (path !== undefined) descriptor[key] = resolve(folder, path);
  }
  if (descriptor.class) descriptor.class.module = resolve(folder, descriptor.class.module);
  return descriptor;
};

const checked = (descriptor: unknown, file: string): Descriptor => {
  const schema = JSON.parse(
    readFileSync(new URL("../../../schemas/conformance.json", import.meta.url), "utf8"),
  );
  const ajv = new Ajv({ allErrors: true, strict: false });
  const valid = ajv.compile<Descriptor>(schema);
  if (valid(descriptor)) return descriptor;
  const problems = (valid.errors ?? []).map(({ instancePath, message, params }) => {
    const strange = "additionalProperty" in params ? ` (${params.additionalProperty})` : "";
    return `${instancePath || "the whole"} ${message}${strange}`;
  });
  throw new TypeError(`${file} is no descriptor: ${problems.join("; ")}`);
};
