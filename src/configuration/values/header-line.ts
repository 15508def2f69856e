import type { Kind } from './kind.js';
import { type Secret, secret } from './secret.js';

const pattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})=([!-~](?:[\t -~]{0,3998}[!-~])?)$/;
/** What the sender of a message decides itself. */
const TAKEN = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** A header line that the operator wants sent along. */
export interface HeaderLine {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** Reads `NAME=VALUE` (RFC 9110 §5.1, §5.5); undefined for what is none, or must not be sent along. */
export function headerLine(text: string): HeaderLine | undefined {
  const [, name = '', value = ''] = pattern.exec(text) ?? [];
  return name === '' || TAKEN.has(name.toLowerCase()) ? undefined : { name: name.toLowerCase(), value };
}

/** A header line as {@link headerLine}, or `file:PATH` of a file with nothing else in it. Complaints do not repeat it. */
export const secretHeaderLine: Kind<Secret> = {
  ...secret,
  expected: 'a header line NAME=VALUE, or file:PATH of a file that holds it',
  parse(text, directory) {
    if (text.startsWith('file:') || headerLine(text) !== undefined) return secret.parse(text, directory);
    return { complaint: 'must be a header line, written NAME=VALUE, that is not about how it is sent.' };
  },
};
