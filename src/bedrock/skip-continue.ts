import type { Socket } from "node:net";
import { type buildConnector, Client, type Dispatcher, Pool } from "undici";

/**
 * The pools of an agent that let an answer through after an unasked `100 Continue`, as HTTP has it. undici takes one
 * for a fault and would give up a call that is answered and billed.
 */
export const poolSkippingContinue = (origin: string | URL, options: object): Dispatcher =>
  new Pool(origin, {
    ...options,
    factory: (at, { connect, ...more }: Client.Options & { connect?: buildConnector.connector }) =>
      new Client(at, { ...more, ...(connect && { connect: skippingContinue(connect) }) }),
  });

const skippingContinue =
  (connect: buildConnector.connector): buildConnector.connector =>
  (options, callback) =>
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error === null) callback(null, skipOn(socket));
      else callback(error, null);
    });

/** A connection carries one request at a time, so an answer begins with the first bytes after something was written. */
const skipOn = <Connection extends Socket>(socket: Connection): Connection => {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let atStart = true;
  let held: Buffer = nothing;
  socket.write = (...args: unknown[]) => {
    atStart = true;
    return write(...args);
  };
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk = read(size) as Buffer | null;
      if (chunk === null || !atStart) return chunk;
      const begun = afterAnnouncements(held.length > 0 ? Buffer.concat([held, chunk]) : chunk);
      held = mayAnnounce(begun) ? begun : nothing;
      if (held.length > 0 || begun.length === 0) continue;
      atStart = false;
      return begun;
    }
  };
  return socket;
};

const nothing = Buffer.alloc(0);

/** What goes before an answer; 101 is one of its own. */
const announcement = /^HTTP\/1\.[01] 1(?!01)\d\d(?:[^\r\n]*\r?\n)+?\r?\n/;
const announces = /^HTTP\/1\.[01] 1(?!01)\d\d/;
const longest = 8_192;

const afterAnnouncements = (bytes: Buffer): Buffer => {
  let rest = bytes;
  while (mayAnnounce(rest)) {
    const [head] = announcement.exec(textOf(rest)) ?? [];
    if (head === undefined) break;
    rest = rest.subarray(head.length);
  }
  return rest;
};

/** Whether bytes are the beginning of an announcement, or too few to tell. */
const mayAnnounce = (bytes: Buffer): boolean => {
  if (bytes.length === 0 || bytes.length > longest) return false;
  const line = bytes.toString("latin1", 0, firstLine);
  // Too few bytes are filled up to a whole announcement.
  return announces.test(line + "HTTP/1.1 100".slice(line.length));
};

const firstLine = "HTTP/1.1 100".length;

const textOf = (bytes: Buffer): string => bytes.toString("latin1", 0, longest);
