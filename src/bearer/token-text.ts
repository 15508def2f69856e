import { hasRepeatedMembers } from './repeated-members.js';

/** A JWT (RFC 7519) taken apart; nobody has looked at its signature yet. */
export interface TokenText {
  /** In compact form, as it came. */
  readonly text: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Longer ones do not fit into a request's headers. */
const LONGEST = 16_384;
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a token. Undefined for what is none, or could be read in two ways. Unsigned ones (`alg: none`) are none. */
export function readTokenText(text: string): TokenText | undefined {
  if (text.length > LONGEST) return undefined;
  const [, head, body] = COMPACT.exec(text) ?? [];
  if (head === undefined || body === undefined) return undefined;
  const header = readObject(head);
  const claims = header === undefined ? undefined : readObject(body);
  return header === undefined || claims === undefined ? undefined : { text, header, claims };
}

function readObject(encoded: string): Record<string, unknown> | undefined {
  try {
    const json = decoder.decode(Buffer.from(encoded, 'base64url'));
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return hasRepeatedMembers(json) ? undefined : (value as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** A text of a header or of claims; undefined for other values. */
export function textOf(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
