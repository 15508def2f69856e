/** Headers by which browsers are told to be careful. Names in lower case and values in turn, made once. */
export class SecurityHeaders {
  readonly #secure: readonly string[];
  readonly #plain: readonly string[] = ['x-content-type-options', 'nosniff'];

  /** @param hsts milliseconds for which browsers shall use nothing but HTTPS (RFC 6797 §6.1); 0 for no such line */
  constructor(hsts: number) {
    const seconds = Math.floor(hsts / 1_000);
    this.#secure =
      seconds > 0 ? [...this.#plain, 'strict-transport-security', `max-age=${seconds}`] : this.#plain;
  }

  /** @param secure the client speaks HTTPS; over plain HTTP there must be no HSTS line (RFC 6797 §7.2) */
  of(secure: boolean): readonly string[] {
    return secure ? this.#secure : this.#plain;
  }
}

/** For a page of our own: it needs nothing, and belongs into nobody else's. */
export const PAGE_SECURITY = {
  'content-security-policy': "default-src 'none'",
  'x-frame-options': 'DENY',
} as const;

/**
 * Adds to a reply the lines that it does not have; an upstream may have sent its own.
 *
 * @param headers of the reply, names and values in turn
 * @param security as of {@link SecurityHeaders.of}
 */
export function addSecurity(headers: string[], security: readonly string[]): void {
  const length = headers.length;
  for (let index = 0; index < security.length; index += 2) {
    const name = security[index] ?? '';
    if (!holds(headers, length, name)) headers.push(name, security[index + 1] ?? '');
  }
}

/** Most names differ in their length, which is cheaper to compare than their letters in either case. */
function holds(headers: readonly string[], length: number, name: string): boolean {
  for (let index = 0; index < length; index += 2) {
    const other = headers[index] ?? '';
    if (other.length === name.length && (other === name || other.toLowerCase() === name)) return true;
  }
  return false;
}
