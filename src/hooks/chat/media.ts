import { isObject, type Json, type JsonObject } from "../../core/json.js";

/** Bytes or a place of them, as Converse takes media. */
interface Medium {
  readonly format: string;
  readonly source: JsonObject;
}

/**
 * What a `data:` or `s3:` address holds; `null` for any other, which Converse does not fetch. A format that is not known
 * here is passed on under its own name.
 */
export const mediumAt = (address: unknown): Medium | null => {
  if (typeof address !== "string") return null;
  const { type = "", bytes } = dataUrl.exec(address)?.groups ?? {};
  if (bytes !== undefined) return mediumOf(type, bytes);
  const ending = /^s3:\/\/[^?#]+\.(\w+)$/i.exec(address)?.[1]?.toLowerCase();
  return ending ? { format: endings[ending] ?? ending, source: { s3Location: { uri: address } } } : null;
};

const dataUrl = /^data:(?<type>[\w.+-]+\/[\w.+-]+)?(?:;[\w.=-]+)*;base64,(?<bytes>.*)$/is;

/** Bytes in base64 with their media type. */
export const mediumOf = (mediaType: string, bytes: Json): Medium => {
  const subtype = mediaType.toLowerCase().replace(/^.*\//, "").replace(/^x-/, "");
  return { format: subtypes[subtype] ?? endings[subtype] ?? subtype, source: { bytes } };
};

/** What Anthropic calls a source: base64, or an address. */
export const mediumIn = (source: unknown): Medium | null => {
  if (!isObject(source)) return null;
  const { data, media_type, url } = source;
  return typeof data === "string" ? mediumOf(String(media_type ?? ""), data) : mediumAt(url);
};

const endings: Readonly<Record<string, string | undefined>> = {
  jpg: "jpeg",
  htm: "html",
  "3gp": "three_gp",
};

/** Converse's names of formats, by what media types call them where that differs. */
const subtypes: Readonly<Record<string, string | undefined>> = {
  plain: "txt",
  markdown: "md",
  msword: "doc",
  "vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "vnd.ms-excel": "xls",
  "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  quicktime: "mov",
  matroska: "mkv",
  "ms-wmv": "wmv",
  "3gpp": "three_gp",
};

/** A document's name: Converse takes letters, digits, single blanks, hyphens and brackets. */
export const documentName = (name: unknown): string =>
  (typeof name === "string" ? name.replace(/\.\w{1,5}$/, "") : "")
    .replace(/[^A-Za-z0-9\s()[\]-]+/g, "-")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200) || "document";
