import { Failure } from '../exchange/failure.js';

/** Most header lines a request may have. Node drops lines after its own limit from one of its views but not the other. */
export const MAXIMUM_HEADER_LINES = 200;

/**
 * The header section of a request, read once from the raw lines. Everything later decides from this view alone, so
 * that two parts can never read two different values of one field.
 */
export interface RequestHead {
  /** Names in lower case and values in turn, in the order sent. Names with anything but letters, digits and `-` are left out. */
  readonly fields: readonly string[];
  /** RFC 9110 §7.2, byte for byte; undefined only for HTTP/1.0. */
  readonly host: string | undefined;
  /** The one `Authorization` value; `''` when the field came more than once, which no verifier can accept. */
  readonly authorization: string | undefined;
  /** Lower-case option names of `Connection` (RFC 9110 §7.6.1). */
  readonly connection: readonly string[];
  /** RFC 9110 §10.1.1. */
  readonly expect: string | undefined;
  /** RFC 9112 §6.3: a body follows. */
  readonly hasBody: boolean;
  /** Bytes of the body; undefined when it is chunked or there is none. */
  readonly contentLength: number | undefined;
}

const NAME = /^[A-Za-z0-9-]+$/;
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;
const NO_OPTIONS: readonly string[] = [];

function refuse(message: string): never {
  throw new Failure(400, 'UNSUPPORTED', message, { close: true });
}

/**
 * Reads the header section and refuses what two servers could frame or route differently (RFC 9112 §6.1, §3.2).
 *
 * @param rawHeaders names and values in turn, as node:http hands them over
 * @param minorVersion 0 for HTTP/1.0, 1 for HTTP/1.1
 * @throws {Failure} 400; the connection is to be closed.
 */
export function readRequestHead(rawHeaders: readonly string[], minorVersion: number): RequestHead {
  if (rawHeaders.length > 2 * MAXIMUM_HEADER_LINES) {
    refuse(`the request has more than ${MAXIMUM_HEADER_LINES} header lines`);
  }
  const fields: string[] = [];
  let host: string | undefined;
  let authorization: string | undefined;
  let connection: string | undefined;
  let expect: string | undefined;
  let transferEncoding: string | undefined;
  let length: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const rawName = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    if (!NAME.test(rawName)) continue;
    const name = rawName.toLowerCase();
    fields.push(name, value);
    switch (name) {
      case 'host':
        if (host !== undefined) refuse('the request has more than one Host header');
        host = value;
        break;
      case 'authorization':
        authorization = authorization === undefined ? value : '';
        break;
      case 'connection':
        connection = connection === undefined ? value : `${connection},${value}`;
        break;
      case 'expect':
        expect = value;
        break;
      case 'transfer-encoding':
        if (transferEncoding !== undefined) refuse('the request has more than one Transfer-Encoding header');
        transferEncoding = value;
        break;
      case 'content-length':
        if (length !== undefined) refuse('the request has more than one Content-Length header');
        length = value;
        break;
    }
  }
  checkHost(host, minorVersion);
  checkFraming(transferEncoding, length, minorVersion);
  const contentLength = length === undefined ? undefined : Number(length);
  return {
    fields,
    host,
    authorization,
    connection:
      connection === undefined
        ? NO_OPTIONS
        : connection
            .toLowerCase()
            .split(',')
            .map((option) => option.trim()),
    expect,
    hasBody: transferEncoding !== undefined || (contentLength !== undefined && contentLength > 0),
    contentLength,
  };
}

function checkHost(host: string | undefined, minorVersion: number): void {
  if (host === undefined) {
    if (minorVersion > 0) refuse('the request has no Host header');
  } else if (!HOST.test(host) || Number(/:([0-9]*)$/.exec(host)?.[1] ?? 0) > 65_535) {
    refuse('the Host header is not a host name or address with an optional port');
  }
}

function checkFraming(
  transferEncoding: string | undefined,
  length: string | undefined,
  minorVersion: number,
): void {
  if (transferEncoding !== undefined) {
    if (length !== undefined) refuse('the request has both Transfer-Encoding and Content-Length');
    if (minorVersion === 0) refuse('a request in HTTP/1.0 cannot have a Transfer-Encoding');
    if (transferEncoding.toLowerCase() !== 'chunked')
      refuse('the only Transfer-Encoding understood here is chunked');
  }
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length))
    refuse('the Content-Length is not a number of bytes');
}

/** The fields as a record, as handlers of the embedded registry read them. */
export function fieldRecord(fields: readonly string[]): Record<string, string | undefined> {
  const record: Record<string, string | undefined> = Object.create(null);
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    const before = record[name];
    record[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return record;
}
