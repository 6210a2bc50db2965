import { FileFailure, fileFailure } from "../core/file-failure.js";

/**
 * Passes chunks on, after refusing an input that starts like a binary file or UTF-16 (both hold a NUL early). Throws
 * a FileFailure, also where the chunks themselves break off.
 */
export async function* textChunks(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let checked = false;
  try {
    for await (const chunk of chunks) {
      if (!checked && chunk.subarray(0, 4096).includes(0)) {
        throw new FileFailure(
          `${name} is not UTF-8 text (it may be UTF-16, compressed, or a spreadsheet); save it as UTF-8 text first`,
        );
      }
      checked = true;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof FileFailure ? error : fileFailure("read", name, error);
  }
}

/** Reads all chunks and throws a FileFailure unless they are UTF-8 to their end. */
export const refuseOtherThanUtf8 = async (chunks: AsyncIterable<Buffer>, name: string): Promise<void> => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of chunks) decoder.decode(chunk, { stream: true });
    decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? notUtf8(name) : error;
  }
};

export const notUtf8 = (name: string): FileFailure =>
  new FileFailure(`${name} is not UTF-8; save it as UTF-8 text first`);
