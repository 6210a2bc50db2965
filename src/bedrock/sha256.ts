import { createHmac, hash } from "node:crypto";
import type { Hash, SourceData } from "@smithy/types";

/**
 * SHA-256 as the SDK's signer wants it. Without a key it is taken in one step: the SDK's own makes two objects of OpenSSL's for
 * each digest, which take as long to collect as to hash with.
 */
export class Sha256 implements Hash {
  readonly #key: string | Uint8Array | null;
  #parts: Uint8Array[] = [];

  constructor(secret?: SourceData) {
    this.#key = secret === undefined ? null : bytesOf(secret);
  }

  update(part: Uint8Array): void {
    this.#parts.push(part);
  }

  async digest(): Promise<Uint8Array> {
    const [only = nothing] = this.#parts;
    const all = this.#parts.length > 1 ? Buffer.concat(this.#parts) : only;
    if (this.#key === null) return hash("sha256", all, "buffer");
    return typeof this.#key === "string" ? ofText(this.#key, all) : keyed(this.#key, all);
  }

  reset(): void {
    this.#parts = [];
  }
}

const nothing = new Uint8Array();

const keyed = (key: string | Uint8Array, all: Uint8Array): Uint8Array =>
  createHmac("sha256", key).update(all).digest();

/** The signer names its key of the day by its credentials, and asks for this digest of them with every call. */
const ofText = (key: string, all: Uint8Array): Uint8Array => {
  if (last?.key !== key || Buffer.compare(last.all, all) !== 0) last = { key, all, digest: keyed(key, all) };
  return last.digest;
};

let last: { readonly key: string; readonly all: Uint8Array; readonly digest: Uint8Array } | undefined;

const bytesOf = (data: SourceData): string | Uint8Array => {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};
