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
    return this.#key === null
      ? hash("sha256", all, "buffer")
      : createHmac("sha256", this.#key).update(all).digest();
  }

  reset(): void {
    this.#parts = [];
  }
}

const nothing = new Uint8Array();

const bytesOf = (data: SourceData): string | Uint8Array => {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};
