import { resolve } from 'node:path';
import { loadConfiguration } from '../configuration/load.js';
import { ConfigurationError } from '../configuration/problem.js';
import { RemoteFailure } from '../remote/failure.js';
import { requestOnce } from '../remote/single-request.js';
import { authorityFiles } from '../tls/certificate-files.js';
import { exists, read } from '../tls/directory.js';
import { type Authority, parseAuthority, parseFingerprint } from '../trust/authority.js';
import type { Place } from '../trust/place.js';
import { CommandFailure } from './command-failure.js';
import { visible } from './visible.js';

/** Where an authority may come from. */
export interface AuthoritySource {
  readonly file: string | undefined;
  /** Configuration file; undefined: the usual one. */
  readonly config: string | undefined;
  /** As the person wrote it. */
  readonly fingerprint: string | undefined;
  readonly place: Place;
  /** To take it away its fingerprint is enough. */
  readonly remove: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Working directory. */
  readonly directory: string;
}

/** An authority, or as much as is known of it. */
export type FoundAuthority = Partial<Authority> & {
  readonly fingerprint: string;
  /** Path or URL that it came from; undefined: nowhere, the person gave the fingerprint alone. */
  readonly source: string | undefined;
  /** Absolute path of a file of this machine that holds it. */
  readonly file: string | undefined;
};

/** Milliseconds for the certificate to arrive, and bytes that it has at most. */
const PATIENCE = 10_000;
const LARGEST = 65_536;

/**
 * Finds the authority: in the file that was named, in the configuration's directory of certificates, or at the gateway
 * itself. What is fetched is fetched from whoever answers, so only the fingerprint decides whether it is the right one.
 *
 * @throws {ConfigurationError} @throws {CommandFailure}
 */
export async function findAuthority(source: AuthoritySource): Promise<FoundAuthority> {
  const wanted = wantedFingerprint(source.fingerprint);
  // One that is over is still to be taken away.
  const now = source.remove ? undefined : Date.now();
  if (source.file !== undefined) {
    const file = resolve(source.directory, source.file);
    return expect(await fromFile(file, now), wanted);
  }
  const file = await configuredFile(source);
  if (file !== undefined) {
    const authority = await fromFile(file, now);
    // Another one is not what was asked for: it may be that of a gateway of this machine, and HOST another.
    if (wanted === undefined || authority.fingerprint === wanted) return authority;
  }
  if (wanted !== undefined)
    return source.remove
      ? { fingerprint: wanted, source: undefined, file: undefined }
      : fetchAuthority(source.place, wanted, now);
  if (source.config !== undefined)
    throw new CommandFailure(`${source.config}: the configuration has no authority yet (ca.crt).`, 1);
  const message = source.remove
    ? 'Which authority? Name its file with --ca FILE, or its fingerprint with --fingerprint SHA256.'
    : `Which authority? Copy ca.crt from the gateway and name it with --ca FILE. Where the gateway gives it away (tls.serveAuthority) it is fetched from ${source.place.origin}/ca.crt: for that give the fingerprint with --fingerprint SHA256, which \`dockgate cert show\` prints on the gateway.`;
  throw new CommandFailure(message, 2);
}

function wantedFingerprint(text: string | undefined): string | undefined {
  const fingerprint = text === undefined ? undefined : parseFingerprint(text);
  if (text === undefined || fingerprint !== undefined) return fingerprint;
  throw new CommandFailure(
    '--fingerprint must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons.',
    2,
  );
}

async function fromFile(file: string, now: number | undefined): Promise<Authority & FoundAuthority> {
  return { ...parseAuthority(await read(file), file, now), source: file, file };
}

function expect(authority: Authority & FoundAuthority, wanted: string | undefined): FoundAuthority {
  if (wanted === undefined || authority.fingerprint === wanted) return authority;
  throw new CommandFailure(mismatch(authority.source ?? '', authority.fingerprint, wanted), 1);
}

/** undefined: there is none. Of a configuration that is broken elsewhere the sentences are shown. */
async function configuredFile(source: AuthoritySource): Promise<string | undefined> {
  const { config, environment, directory } = source;
  const flags = config === undefined ? {} : { config };
  const { certs, pairs } = await loadConfiguration({ flags, environment, directory });
  const { certificate } = authorityFiles(certs);
  return pairs.length === 0 && (await exists(certificate)) ? certificate : undefined;
}

async function fetchAuthority(
  place: Place,
  wanted: string,
  now: number | undefined,
): Promise<FoundAuthority> {
  const source = `${place.origin}/ca.crt`;
  try {
    const { status, body } = await requestOnce({
      url: new URL(source),
      verify: false,
      timeout: PATIENCE,
      limit: LARGEST,
    });
    if (status !== 200) {
      const hint = 'Set `tls: { serveAuthority: true }` there, or copy ca.crt and name it with --ca FILE.';
      throw new CommandFailure(`${source}: the gateway does not give it away (${status}). ${hint}`, 1);
    }
    const authority = parseAuthority(body, source, now);
    if (authority.fingerprint !== wanted)
      throw new CommandFailure(mismatch(source, authority.fingerprint, wanted), 1);
    return { ...authority, source, file: undefined };
  } catch (error) {
    if (error instanceof RemoteFailure)
      throw new CommandFailure(`${visible(error.message)}.`, 1, { cause: error });
    if (!(error instanceof ConfigurationError)) throw error;
    throw new CommandFailure(visible(error.message), 1, { cause: error });
  }
}

function mismatch(source: string, found: string, wanted: string): string {
  return `${source}: this is another authority, and nothing was changed. Its fingerprint is ${found}, not ${wanted}.`;
}
