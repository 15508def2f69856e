import type { CorsConfiguration } from '../configuration/cors.js';

/** An origin with `*` as its first label, cut at it. */
interface Wildcard {
  /** `https://` */
  readonly before: string;
  /** `.example.com:8443` */
  readonly after: string;
}

/** One label of a host as browsers write it. */
const LABEL = /^[a-z0-9_-]{1,63}$/;
const ALLOW_ORIGIN = 'access-control-allow-origin';
const PREFIX = 'access-control-';
const LETTER_A = 0x61;

/**
 * Tells browsers what pages of other origins may read (CORS protocol of the Fetch standard). It protects users against
 * pages, not the registry against programs: whoever has a password needs no browser.
 */
export class Cors {
  readonly configuration: CorsConfiguration;
  readonly #anyone: boolean;
  readonly #origins: ReadonlySet<string>;
  readonly #wildcards: readonly Wildcard[];
  /** What stands beside the origin in replies that a page may read; names and values in turn. */
  readonly #granted: readonly string[];
  readonly #varies: boolean;

  constructor(configuration: CorsConfiguration) {
    this.configuration = configuration;
    const { origins, exposedHeaders, credentials, vary } = configuration;
    this.#anyone = origins.includes('*');
    this.#origins = new Set(origins.filter((origin) => !origin.includes('*')));
    this.#wildcards = origins.filter((origin) => origin.includes('://*.')).map(wildcardOf);
    this.#granted = [
      ...(credentials ? ['access-control-allow-credentials', 'true'] : []),
      ...(exposedHeaders.length > 0 ? ['access-control-expose-headers', exposedHeaders.join(', ')] : []),
    ];
    this.#varies = vary || !this.#anyone;
  }

  /** The value of `Access-Control-Allow-Origin`; undefined for a page that may not. @param origin of the request */
  allowed(origin: string): string | undefined {
    if (this.#anyone) return '*';
    if (this.#origins.has(origin)) return origin;
    return this.#wildcards.some((wildcard) => fits(wildcard, origin)) ? origin : undefined;
  }

  /**
   * Adds to a reply what the page that asks may do with it, in place of what an upstream says of that.
   *
   * @param headers of the reply, names and values in turn
   * @param rawHeaders of the request
   */
  addTo(headers: string[], rawHeaders: readonly string[]): void {
    removeForeign(headers);
    if (this.#varies) addVary(headers);
    const origin = originOf(rawHeaders);
    const allowed = origin === undefined ? undefined : this.allowed(origin);
    if (allowed === undefined) return;
    headers.push(ALLOW_ORIGIN, allowed);
    for (const line of this.#granted) headers.push(line);
  }
}

/** `Origin` of a request; undefined without one, and where several contradict each other. */
export function originOf(rawHeaders: readonly string[]): string | undefined {
  let origin: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 6 || (name !== 'Origin' && name.toLowerCase() !== 'origin')) continue;
    if (origin !== undefined) return undefined;
    origin = rawHeaders[index + 1];
  }
  return origin;
}

function wildcardOf(origin: string): Wildcard {
  const at = origin.indexOf('*');
  return { before: origin.slice(0, at), after: origin.slice(at + 1) };
}

function fits({ before, after }: Wildcard, origin: string): boolean {
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    LABEL.test(origin.slice(before.length, origin.length - after.length))
  );
}

/** Whether only we may send it. The first letter tells most of them apart, in either case. */
function isForeign(name: string): boolean {
  return (
    (name.charCodeAt(0) | 0x20) === LETTER_A &&
    name.length > PREFIX.length &&
    name.slice(0, PREFIX.length).toLowerCase() === PREFIX
  );
}

function removeForeign(headers: string[]): void {
  let kept = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (isForeign(name)) continue;
    if (kept !== index) {
      headers[kept] = name;
      headers[kept + 1] = headers[index + 1] as string;
    }
    kept += 2;
  }
  headers.length = kept;
}

/** RFC 9110 §12.5.5: the reply would be another one for another origin, or for none. */
function addVary(headers: string[]): void {
  let place: number | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.length !== 4 || name.toLowerCase() !== 'vary') continue;
    place = index + 1;
    if (namesOrigin(headers[place] as string)) return;
  }
  if (place === undefined) headers.push('vary', 'Origin');
  else headers[place] = `${headers[place]}, Origin`;
}

function namesOrigin(vary: string): boolean {
  return vary.split(',').some((name) => ['*', 'origin'].includes(name.trim().toLowerCase()));
}
