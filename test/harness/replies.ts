/** One response as it stood on the wire. */
export interface WireReply {
  readonly status: number;
  readonly reason: string;
  /** Header lines in their order, names in lower case. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** All values of a header, in their order. */
  values(name: string): string[];
  /** The first value of a header. */
  value(name: string): string | undefined;
  readonly body: string;
}

/** What could be read from the bytes of a connection. */
export interface WireReplies {
  /** Complete responses, interim ones (1xx) included. */
  readonly replies: readonly WireReply[];
  /** What follows the last complete response. */
  readonly rest: string;
}

interface Part {
  readonly body: string;
  readonly end: number;
}

function chunkedBody(text: string, start: number): Part | undefined {
  let body = '';
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!Number.isInteger(size)) throw new Error(`not a chunk size: ${text.slice(at, lineEnd)}`);
    const data = lineEnd + 2;
    if (text.length < data + size + 2) return undefined;
    if (size === 0) {
      const end = text.indexOf('\r\n', data);
      return end === data ? { body, end: data + 2 } : undefined;
    }
    body += text.slice(data, data + size);
    at = data + size + 2;
  }
}

function bodyOf(
  text: string,
  start: number,
  reply: Omit<WireReply, 'body'>,
  bodiless: boolean,
  over: boolean,
) {
  if (bodiless || reply.status < 200 || reply.status === 204 || reply.status === 304) {
    return { body: '', end: start };
  }
  if (reply.value('transfer-encoding') === 'chunked') return chunkedBody(text, start);
  const length = reply.value('content-length');
  // RFC 9112 §6.3: without a length the body ends with the connection.
  if (length === undefined) return over ? { body: text.slice(start), end: text.length } : undefined;
  const end = start + Number(length);
  return text.length < end ? undefined : { body: text.slice(start, end), end };
}

function readHead(head: string): Omit<WireReply, 'body'> {
  const [first = '', ...rest] = head.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(first);
  if (status === null) throw new Error(`not a status line: ${JSON.stringify(first)}`);
  const lines = rest.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const values = (name: string): string[] => lines.filter(([key]) => key === name).map(([, value]) => value);
  return {
    status: Number(status[1]),
    reason: status[2] ?? '',
    lines,
    values,
    value: (name) => values(name)[0],
  };
}

/**
 * Reads the responses out of a connection's bytes (latin1).
 *
 * @param heads for each final response, whether it answers a HEAD request. @param over whether the connection has ended.
 */
export function readReplies(text: string, heads: readonly boolean[] = [], over = false): WireReplies {
  const replies: WireReply[] = [];
  let finals = 0;
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return { replies, rest: text.slice(at) };
    const head = readHead(text.slice(at, end));
    const part = bodyOf(text, end + 4, head, heads[finals] ?? false, over);
    if (part === undefined) return { replies, rest: text.slice(at) };
    replies.push({ ...head, body: part.body });
    if (head.status >= 200) finals += 1;
    at = part.end;
  }
}
