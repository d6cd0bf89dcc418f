/** Reads HTTP/1.1 messages from the chunks of one connection: just enough of it to be fast and right. */

const headEnd = Buffer.from("\r\n\r\n");
const chunkedEnd = Buffer.from("0\r\n\r\n");

export interface RawMessage {
  /** First line and headers, as they came. */
  readonly head: string;
  /** The whole message, head included. */
  readonly bytes: Buffer;
}

/**
 * Feed it chunks in order; `onMessage` gets each message that is whole.
 * @returns whether a message has begun and is not whole yet.
 */
export function createHttpReader(onMessage: (message: RawMessage) => void) {
  let rest: Buffer | null = null;
  return (chunk: Buffer): boolean => {
    let bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    rest = null;
    for (;;) {
      const headBytes = bytes.indexOf(headEnd);
      const length = headBytes < 0 ? -1 : messageLength(bytes, headBytes + headEnd.length);
      if (length < 0 || length > bytes.length) break;
      const head = bytes.toString("latin1", 0, headBytes);
      onMessage({ head, bytes: length === bytes.length ? bytes : bytes.subarray(0, length) });
      if (length === bytes.length) return false;
      bytes = bytes.subarray(length);
    }
    rest = bytes;
    return true;
  };
}

/** -1 when it cannot be told yet. */
function messageLength(bytes: Buffer, bodyStart: number): number {
  const head = bytes.toString("latin1", 0, bodyStart);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bodyStart + Number(length);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return bodyStart;
  const end = bytes.indexOf(chunkedEnd, bodyStart);
  return end < 0 ? -1 : end + chunkedEnd.length;
}
