import { FileFailure } from "./file-failure.js";

/**
 * The value of the JSON text called `name`; a leading byte order mark is allowed. Throws a FileFailure with the place
 * of the error instead of a quotation.
 */
export const parseJson = async (text: string, name: string): Promise<unknown> => {
  const body = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(body);
  } catch {
    throw await notJson(body, name);
  }
};

/** The failure of text that is not JSON; with `lax`, comments and trailing commas are allowed in it. */
export const notJson = async (text: string, name: string, { lax = false } = {}): Promise<FileFailure> => {
  if (text.trim() === "") return new FileFailure(`${name} is not JSON: it is empty`);
  // Loaded on the error path only: most runs never need it.
  const { findJsonBreak, placeOf } = await import("./json-break.js");
  const broken = findJsonBreak(text, { lax });
  const place = broken ? `: ${placeOf(text, broken.offset)} (${broken.cause})` : "";
  return new FileFailure(`${name} is not JSON${place}`);
};
