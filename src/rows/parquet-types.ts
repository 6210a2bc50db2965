import { isUtf8 } from "node:buffer";
import type { SchemaElement } from "hyparquet";
import { parseExact, writeJson } from "../core/exact-json.js";
import { ExactNumber, Scalar } from "../core/exact-number.js";
import { cellText } from "./cell-text.js";
import { readDate, readMoment, readTime, writeDate, writeMoment, writeTime } from "./moments.js";

/** How the cells of one Parquet column become values of a row and back, without a digit lost. */
export interface ParquetType {
  /** What stands in the schema of a file that is written. */
  readonly element: Omit<SchemaElement, "name">;
  /** From the physical value that the column holds; it is never null. */
  read(raw: unknown): unknown;
  /** To the physical value; `undefined` for a value that is none of this type. */
  write(value: unknown): unknown;
}

/** The type of a column that holds plain values; `undefined` for one of lists, structs and the like. */
export const typeOf = (element: SchemaElement): ParquetType | undefined => {
  const { name: _, field_id: __, ...rest } = element;
  const codec = codecOf(element);
  if (element.repetition_type === "REPEATED" || element.num_children || !codec) return undefined;
  // Under the older name of the type, the writer would write it as JSON once more.
  if (codec === json) return plain({ type: "BYTE_ARRAY", logical_type: { type: "JSON" } }, json);
  return { element: { ...rest, repetition_type: "OPTIONAL" }, ...codec };
};

type Codec = Pick<ParquetType, "read" | "write">;

const codecOf = ({
  type,
  converted_type: old,
  logical_type,
  scale = 0,
}: Omit<SchemaElement, "name">): Codec | undefined => {
  const kind = logical_type?.type ?? old ?? "";
  if (logical_type?.type === "TIMESTAMP")
    return moments(unitOf[logical_type.unit], logical_type.isAdjustedToUTC);
  if (logical_type?.type === "TIME") return times(unitOf[logical_type.unit], type === "INT32");
  if (type === "INT96") return undefined;
  if (old === "DECIMAL" || kind === "DECIMAL") return decimals(scale, type);
  if (old === "TIMESTAMP_MILLIS" || old === "TIMESTAMP_MICROS")
    return moments(old === "TIMESTAMP_MILLIS" ? 3 : 6, true);
  if (old === "TIME_MILLIS" || old === "TIME_MICROS")
    return times(old === "TIME_MILLIS" ? 3 : 6, type === "INT32");
  if (kind === "DATE") return dates;
  if (kind === "UUID") return uuids;
  if (["GEOMETRY", "GEOGRAPHY", "VARIANT", "FLOAT16"].includes(kind)) return undefined;
  if (kind === "JSON") return json;
  switch (type) {
    case "BOOLEAN":
      return { read: Boolean, write: (value) => (typeof value === "boolean" ? value : undefined) };
    case "INT32":
      return integers(32, isUnsigned(old, logical_type));
    case "INT64":
      return integers(64, isUnsigned(old, logical_type));
    case "FLOAT":
      return { read: readFloat, write: (value) => asDouble(value, (number) => readFloat(number)) };
    case "DOUBLE":
      return {
        read: (raw) => ExactNumber.of(written(Number(raw))),
        write: (value) => asDouble(value, Number),
      };
    case "BYTE_ARRAY":
      return kind === "" ? bytes : texts;
    default:
      return bytes;
  }
};

const unitOf = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

const isUnsigned = (old: string | undefined, logical: SchemaElement["logical_type"]): boolean =>
  old?.startsWith("UINT") === true || (logical?.type === "INTEGER" && !logical.isSigned);

const integers = (bits: 32 | 64, unsigned: boolean): Codec => ({
  read: (raw) => {
    const value = BigInt(raw as number);
    return ExactNumber.of(String(unsigned ? BigInt.asUintN(bits, value) : value));
  },
  write(value) {
    const whole = asWhole(value);
    if (
      whole === undefined ||
      (unsigned ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole)) !== whole
    )
      return undefined;
    if (bits === 64) return BigInt.asIntN(64, whole);
    return Number(whole);
  },
});

/** A whole number as it is written, if it is one: `1.0` is none. */
const asWhole = (value: unknown): bigint | undefined =>
  (typeof value === "number" || value instanceof ExactNumber) &&
  /^-?\d+$/.test(String(value)) &&
  String(value) !== "-0"
    ? BigInt(String(value))
    : undefined;

/** A number that a double holds without a change: as it prints it, or as the same with zeros or an exponent. */
const asDouble = (value: unknown, read: (number: number) => unknown): number | undefined => {
  // What JSON has no word for has come as its text.
  if (typeof value === "string" && /^(?:NaN|-?Infinity)$/.test(value)) return Number(value);
  if (typeof value !== "number" && !(value instanceof ExactNumber)) return undefined;
  const number = Number(value);
  return digitsOf(String(value)) === digitsOf(String(read(number))) ? number : undefined;
};

/** The same text for numbers that are written differently and are equal. */
const digitsOf = (text: string): string => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === "") return text;
  const digits = (whole + fraction).replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  const places = Number(exponent) - fraction.length + digits.length - short.length;
  return short === "" ? `${sign}0` : `${sign}${short}e${places}`;
};

const written = (number: number): string => (Object.is(number, -0) ? "-0" : String(number));

/** The shortest text that names the same 32 bits: 0.1, where a double would show 0.10000000149011612. */
const readFloat = (raw: unknown): unknown => {
  const float = Math.fround(Number(raw));
  if (!Number.isFinite(float) || float === 0) return ExactNumber.of(written(float));
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return ExactNumber.of(written(short));
  }
  return ExactNumber.of(written(Number(float.toPrecision(9))));
};

const decimals = (scale: number, type: SchemaElement["type"]): Codec => ({
  read(raw) {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw as number);
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
    const at = digits.length - scale;
    const text = scale > 0 ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits;
    return ExactNumber.of(unscaled < 0n ? `-${text}` : text);
  },
  write(value) {
    if (typeof value !== "number" && !(value instanceof ExactNumber)) return undefined;
    const [, sign, whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
    if (whole === "" || fraction.length > scale) return undefined;
    const unscaled = BigInt(sign + whole + fraction.padEnd(scale, "0"));
    const bits = type === "INT32" ? 32 : type === "INT64" ? 64 : 128;
    return BigInt.asIntN(bits, unscaled) === unscaled ? unscaled : undefined;
  },
});

const bigEndian = (bytes: Uint8Array): bigint =>
  bytes.length === 0
    ? 0n
    : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));

/** UTF-8 as text; other bytes, which no text can hold, in base64. */
const textOrBase64 = (raw: unknown): string => {
  const buffer = Buffer.from(raw as Uint8Array);
  return buffer.toString(isUtf8(buffer) ? "utf8" : "base64");
};

const texts: Codec = {
  read: textOrBase64,
  write: (value) => (typeof value === "string" ? Buffer.from(value) : undefined),
};

/** Bytes without a meaning of their own. What would not come back as the same bytes is written as text. */
const bytes: Codec = { read: textOrBase64, write: () => undefined };

const json: Codec = {
  read(raw) {
    const text = textOrBase64(raw);
    try {
      return parseExact(text);
    } catch {
      return text;
    }
  },
  write: (value) => Buffer.from(writeJson(value)),
};

const uuids: Codec = {
  read: (raw) =>
    Buffer.from(raw as Uint8Array)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  write: (value) =>
    typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      ? value
      : undefined,
};

const dates: Codec = { read: (raw) => writeDate(BigInt(raw as number)), write: (value) => readDate(value) };

const moments = (digits: number, isUtc: boolean): Codec => ({
  read: (raw) => writeMoment(BigInt(raw as bigint), digits, isUtc),
  write: (value) => readMoment(value, digits, isUtc),
});

const times = (digits: number, isSmall: boolean): Codec => ({
  read: (raw) => writeTime(BigInt(raw as bigint), digits),
  write(value) {
    const units = readTime(value, digits);
    return units !== undefined && isSmall ? Number(units) : units;
  },
});

const plain = (element: Omit<SchemaElement, "name">, codec?: Codec): ParquetType => ({
  element: { ...element, repetition_type: "OPTIONAL" },
  ...(codec ?? codecOf(element) ?? texts),
});

/** The types of columns that no Parquet file has given one. The last takes every value, as text. */
export const plainTypes = {
  boolean: plain({ type: "BOOLEAN" }),
  integer: plain({ type: "INT64" }),
  double: plain({ type: "DOUBLE" }),
  text: plain({ type: "BYTE_ARRAY", converted_type: "UTF8" }),
  json: plain(
    { type: "BYTE_ARRAY", logical_type: { type: "JSON" } },
    {
      read: json.read,
      write: (value) =>
        typeof value === "object" && !(value instanceof Scalar) ? json.write(value) : undefined,
    },
  ),
  anything: plain(
    { type: "BYTE_ARRAY", converted_type: "UTF8" },
    { read: textOrBase64, write: (value) => Buffer.from(cellText(value)) },
  ),
} as const;
