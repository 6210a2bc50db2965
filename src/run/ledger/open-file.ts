/** What a ledger does with a file that is open. */
export interface OpenFile {
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  write(from: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  stat(): Promise<{ readonly size: number; readonly ino: number; readonly dev: number }>;
  close(): Promise<void>;
}

/** Writes all of it, however often the system takes a part. @returns how many bytes it is */
export const writeAt = async (
  file: Pick<OpenFile, "write">,
  what: string | Buffer,
  start: number,
): Promise<number> => {
  const bytes = typeof what === "string" ? Buffer.from(what) : what;
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, start + done);
    done += bytesWritten;
  }
  return bytes.length;
};
