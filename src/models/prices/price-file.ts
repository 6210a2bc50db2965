import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { compileSchema } from "../../core/json-schema.js";
import { notRegular, readRegularFile } from "../../core/regular-file.js";
import type { PriceTable } from "./rates.js";

/** Reads the user's own prices. @throws Error with what is wrong, as the end of a sentence about the file. */
export const readPriceFile = (file: string): PriceTable => {
  const table = parse(file);
  if (validator()(table)) return table as PriceTable;
  const [{ instancePath, message } = { instancePath: "", message: "is no price table" }] =
    validator().errors ?? [];
  throw new Error(`is not as schemas/prices.json has it: ${instancePath || "the file"} ${message}`);
};

const parse = (file: string): unknown => {
  let text: string;
  try {
    text = readRegularFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`cannot be read: ${code === notRegular ? message : (code ?? "unknown reason")}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("does not hold JSON");
  }
};

let compiled: ValidateFunction | undefined;

const validator = (): ValidateFunction => {
  const schema = new URL("../../../schemas/prices.json", import.meta.url);
  compiled ??= compileSchema(JSON.parse(readFileSync(schema, "utf8")));
  return compiled;
};
