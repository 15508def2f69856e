import { endpoint } from '../configuration/values/endpoint.js';

/** Where clients reach a gateway. */
export interface Place {
  /** As image names begin, and as clients call their directories: `HOST` or `HOST:PORT`, IPv6 in brackets. */
  readonly name: string;
  /** Origin of its URLs: `https://HOST:PORT`. */
  readonly origin: string;
  /** For names of files in a directory of many: letters, digits, dots and hyphens. */
  readonly slug: string;
}

/**
 * Reads `HOST[:PORT]` as a person writes it. It becomes part of paths, so nothing but names and addresses is let through.
 *
 * @returns what is wrong with it otherwise, as the rest of a sentence.
 */
export function parsePlace(text: string): Place | { readonly complaint: string } {
  const parsed = endpoint.parse(text, '/');
  if ('complaint' in parsed) return parsed;
  const [, host = '', digits] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(parsed.value) ?? [];
  const port = digits === undefined ? '' : `:${Number(digits)}`;
  const name = `${host}${port}`;
  const slug = `${host.replace(/^\[|\]$/g, '')}${port}`.replace(/[^A-Za-z0-9.-]/g, '-');
  return { name, origin: `https://${name}`, slug };
}
