import type { KeyObject } from 'node:crypto';
import type { KeyType, PairFiles } from '../configuration/configuration.js';
import { Authority } from './authority.js';
import { nameOf, parseChain } from './certificate-chain.js';
import { pairFiles, requestFile, serverFiles } from './certificate-files.js';
import { namesOf } from './certificate-names.js';
import { defaultHostnames } from './default-hostnames.js';
import { exists, makeDirectory, read, store } from './directory.js';
import { makeKeyPair, privateKeyPem, type RsaBits } from './key-pair.js';
import { fileProblem } from './pair-problem.js';
import { makeSigningRequest, readSigningRequest } from './signing-request.js';
import { ExistingFile } from './stored-file.js';
import { parseSubjectNames } from './subject-name.js';

/** Where certificates are kept, and whether files there may be replaced. */
export interface IssuanceOptions {
  readonly certs: string;
  readonly force: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Which key to make. */
export interface KeyChoice {
  readonly keyType: KeyType;
  readonly rsaBits: RsaBits;
}

/** Names that files of a certificate directory are called after. */
export interface NamedIssuance extends IssuanceOptions {
  /** Without directory and ending. */
  readonly name: string;
  /** Days until the end; at most 397 are given. */
  readonly days: number;
}

/**
 * Makes an authority and a server pair.
 * @param hostnames Empty: whatever this machine is called.
 * @throws ExistingFile, when there is one of the four files and no `force`; ConfigurationError.
 */
export async function initialize(
  options: IssuanceOptions & KeyChoice,
  hostnames: readonly string[],
): Promise<{ readonly authority: PairFiles; readonly server: PairFiles; readonly names: readonly string[] }> {
  const names = parseSubjectNames(hostnames.length > 0 ? hostnames : defaultHostnames());
  const server = serverFiles(options.certs);
  if (!options.force) await refuseExisting([server.certificate, server.key]);
  const authority = await Authority.create(options.certs, options.keyType, options.now, options.force);
  const key = await makeKeyPair(options.keyType, options.rsaBits);
  await storePair(server, key.privateKey, authority.issue(names, key.publicKey, options.now), options.force);
  return { authority: authority.files, server, names: names.map((name) => name.value) };
}

/** Makes a key and has the directory's authority issue a certificate for it. Throws as {@link initialize} does. */
export async function issue(
  options: NamedIssuance & KeyChoice,
  hostnames: readonly string[],
): Promise<PairFiles> {
  const names = parseSubjectNames(hostnames);
  const files = pairFiles(options.certs, options.name);
  const authority = await Authority.open(options.certs, options.now);
  const key = await makeKeyPair(options.keyType, options.rsaBits);
  const certificate = authority.issue(names, key.publicKey, options.now, options.days);
  await storePair(files, key.privateKey, certificate, options.force);
  return files;
}

/** Makes a key and a request for it, to be signed by somebody else's authority. Throws as {@link initialize} does. */
export async function request(
  options: IssuanceOptions & KeyChoice & { readonly name: string },
  hostnames: readonly string[],
): Promise<{ readonly request: string; readonly key: string }> {
  const names = parseSubjectNames(hostnames);
  const { key: keyFile } = pairFiles(options.certs, options.name);
  const file = requestFile(options.certs, options.name);
  await makeDirectory(options.certs);
  const key = await makeKeyPair(options.keyType, options.rsaBits);
  await store(
    [
      { path: keyFile, text: privateKeyPem(key.privateKey), secret: true },
      { path: file, text: makeSigningRequest(key, names), secret: false },
    ],
    options.force,
  );
  return { request: file, key: keyFile };
}

/**
 * Signs a request with the directory's authority.
 * @param file The request, wherever it is.
 * @returns Path of the certificate, and the names in it.
 * @throws ExistingFile, ConfigurationError.
 */
export async function signRequest(
  options: NamedIssuance,
  file: string,
): Promise<{ readonly certificate: string; readonly names: readonly string[] }> {
  const { publicKey, names } = readSigningRequest(await read(file), file);
  const authority = await Authority.open(options.certs, options.now);
  const { certificate } = pairFiles(options.certs, options.name);
  const text = authority.issue(names, publicKey, options.now, options.days);
  await store([{ path: certificate, text, secret: false }], options.force);
  return { certificate, names: names.map((name) => name.value) };
}

/**
 * Issues a certificate anew for the same names.
 * @param fresh The key to make; undefined keeps the one of before.
 * @throws ConfigurationError when the certificate is missing or another authority's.
 */
export async function renew(
  options: Omit<NamedIssuance, 'force'>,
  fresh: KeyChoice | undefined,
): Promise<PairFiles> {
  const files = pairFiles(options.certs, options.name);
  const authority = await Authority.open(options.certs, options.now);
  const { leaf } = parseChain(await read(files.certificate), files.certificate);
  if (!authority.hasIssued(leaf)) {
    const message = `was not issued by the authority of this directory (${nameOf(authority.certificate)}), so it cannot be renewed here.`;
    throw fileProblem(files.certificate, message);
  }
  const names = parseSubjectNames(namesOf(leaf), { file: files.certificate });
  if (fresh === undefined) {
    const text = authority.issue(names, leaf.publicKey, options.now, options.days);
    await store([{ path: files.certificate, text, secret: false }], true);
  } else {
    const key = await makeKeyPair(fresh.keyType, fresh.rsaBits);
    const text = authority.issue(names, key.publicKey, options.now, options.days);
    await storePair(files, key.privateKey, text, true);
  }
  return files;
}

async function storePair(
  files: PairFiles,
  key: KeyObject,
  certificate: string,
  replace: boolean,
): Promise<void> {
  await store(
    [
      { path: files.key, text: privateKeyPem(key), secret: true },
      { path: files.certificate, text: certificate, secret: false },
    ],
    replace,
  );
}

/** Before the authority is made: a half of what was asked for would be no help. */
async function refuseExisting(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await exists(path)) throw new ExistingFile(path);
  }
}
