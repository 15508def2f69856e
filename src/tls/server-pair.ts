import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import type { KeyType, PairFiles } from '../configuration/configuration.js';
import { formatProblem } from '../configuration/problem.js';
import { Authority, authorityNamePrefix } from './authority.js';
import { longestServerDays, validitySpan } from './certificate.js';
import { parseChain, validityOf } from './certificate-chain.js';
import { authorityFiles, serverFiles } from './certificate-files.js';
import { namesOf } from './certificate-names.js';
import { defaultHostnames } from './default-hostnames.js';
import { exists, read, store } from './directory.js';
import { makeKeyPair, privateKeyPem } from './key-pair.js';
import { noticeDays } from './pair.js';
import { fileProblem } from './pair-problem.js';
import { parsePrivateKey } from './private-key.js';
import { ExistingFile } from './stored-file.js';
import { parseSubjectNames } from './subject-name.js';

const day = 86_400_000;
/** So that addresses that come and go do not pile up over the years. */
const mostNames = 64;

/** What the pair of a certificate directory has to be. */
export interface ServerPairRequest {
  readonly certs: string;
  /** Empty: whatever this machine is called, and what an earlier certificate held. */
  readonly hostnames: readonly string[];
  readonly keyType: KeyType;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Clients are being served: a missing authority is an error and not made anew, changed names can wait. */
  readonly inUse?: boolean;
}

/** The pair of a certificate directory, as it is after {@link ensureServerPair}. */
export interface ServerPair {
  readonly files: PairFiles;
  /** This call made the authority. */
  readonly made: boolean;
  /** `ca.crt`; undefined when somebody put a pair of another authority into the directory. */
  readonly authorityFile: string | undefined;
  /** Whole sentences for the log. */
  readonly notices: readonly string[];
}

/**
 * Makes sure that a directory holds an authority and a server pair that is valid for the names and for the next
 * 30 days: makes what is missing, issues the certificate anew where it has to be. A pair that another authority
 * issued is left alone.
 * @throws ConfigurationError when that cannot be done and there is no pair to go on with.
 */
export async function ensureServerPair(request: ServerPairRequest): Promise<ServerPair> {
  const files = serverFiles(request.certs);
  const ca = authorityFiles(request.certs);
  const [hasPair, hasCertificate, hasKey] = [
    (await exists(files.certificate)) && (await exists(files.key)),
    await exists(ca.certificate),
    await exists(ca.key),
  ];
  if (hasPair && !hasCertificate && !hasKey) {
    return { files, made: false, authorityFile: undefined, notices: [] };
  }
  if (hasCertificate && !hasKey) return keyless(request, files, ca, hasPair);
  const { authority, made } =
    request.inUse === true
      ? { authority: await Authority.open(request.certs, request.now), made: false }
      : await Authority.openOrCreate(request.certs, request.keyType, request.now);
  const existing = await readCertificate(files.certificate);
  if (existing !== undefined && !authority.hasIssued(existing) && isForeign(existing)) {
    return { files, made, authorityFile: undefined, notices: [] };
  }
  const reason = await reissue(request, files, authority, existing);
  const notices = [authority.endNotice(request.now)].filter((notice) => notice !== undefined);
  if (reason !== undefined) {
    notices.unshift(
      formatProblem({ place: { file: files.certificate }, message: `${reason}: issued anew.` }),
    );
  }
  return { files, made, authorityFile: ca.certificate, notices };
}

/** The authority's key was taken away, which is careful; then nothing can be issued. */
function keyless(
  { certs, now }: ServerPairRequest,
  files: PairFiles,
  ca: PairFiles,
  hasPair: boolean,
): Promise<ServerPair> {
  if (!hasPair) {
    const message = `is missing, so no server certificate can be signed. Put it back, or put a pair at ${files.certificate} and ${files.key}, or make a new authority: \`dockgate cert init --certs ${certs} --force\`.`;
    throw fileProblem(ca.key, message);
  }
  return readCertificate(files.certificate).then((existing) => {
    const due = existing !== undefined && isDue(existing, now);
    const message = 'is missing, so the server certificate cannot be renewed. Put it back for that.';
    const notices = due ? [formatProblem({ place: { file: ca.key }, message })] : [];
    return { files, made: false, authorityFile: ca.certificate, notices };
  });
}

/** Writes a new certificate when there is a reason for it, and returns that reason. */
async function reissue(
  request: ServerPairRequest,
  files: PairFiles,
  authority: Authority,
  existing: X509Certificate | undefined,
): Promise<string | undefined> {
  const key = await readOrMakeKey(files.key, request.keyType);
  const wanted = wantedNames(request, existing);
  const reason = reasonToReissue(request, authority, existing, key, wanted);
  if (reason === undefined) return undefined;
  // With the key kept, one rename changes the pair: no process ever sees halves that do not belong together.
  const text = authority.issue(parseSubjectNames(wanted), createPublicKey(key), request.now);
  await store([{ path: files.certificate, text, secret: false }], true);
  return existing === undefined ? undefined : reason;
}

function reasonToReissue(
  { now, inUse }: ServerPairRequest,
  authority: Authority,
  existing: X509Certificate | undefined,
  key: KeyObject,
  wanted: readonly string[],
): string | undefined {
  if (existing === undefined) return 'it was missing';
  if (!existing.checkPrivateKey(key)) return 'it did not belong to its key';
  if (!authority.hasIssued(existing)) return 'it was of an earlier authority';
  const names = new Set(namesOf(existing));
  const changed = wanted.length !== names.size || !wanted.every((name) => names.has(name));
  // Addresses of interfaces come and go while the gateway runs: the next start is soon enough.
  if (changed && inUse !== true) return 'the host names have changed';
  const gain = validitySpan(
    { certificate: authority.certificate },
    { days: longestServerDays, now },
  ).notAfter;
  // An authority near its own end cannot give more time than the certificate has.
  const worthwhile = gain > validityOf(existing).notAfter + day;
  return isDue(existing, now) && worthwhile ? 'it was near its end' : undefined;
}

function isDue(certificate: X509Certificate, now: number): boolean {
  return validityOf(certificate).notAfter - now < noticeDays * day;
}

/** Configured names are all there is to it; names found on the machine are added to those of before. */
function wantedNames(request: ServerPairRequest, existing: X509Certificate | undefined): readonly string[] {
  if (request.hostnames.length > 0) return parseSubjectNames(request.hostnames).map((name) => name.value);
  const before = existing === undefined ? [] : namesOf(existing);
  return [...new Set([...defaultHostnames(), ...before])].slice(0, mostNames);
}

/** Whether neither this nor an earlier authority of dockgate issued it: then it is somebody's own. */
function isForeign(certificate: X509Certificate): boolean {
  return !certificate.issuer.startsWith(`CN=${authorityNamePrefix}`);
}

/** Damaged files are not taken for missing ones: they may be somebody's only copy. */
async function readCertificate(file: string): Promise<X509Certificate | undefined> {
  return (await exists(file)) ? parseChain(await read(file), file).leaf : undefined;
}

/** A key that is there is never replaced: another process, or an operator, put it there. */
async function readOrMakeKey(file: string, keyType: KeyType): Promise<KeyObject> {
  if (!(await exists(file))) {
    const { privateKey } = await makeKeyPair(keyType);
    await store([{ path: file, text: privateKeyPem(privateKey), secret: true }], false).catch(
      (error: unknown) => {
        if (!(error instanceof ExistingFile)) throw error;
      },
    );
  }
  return parsePrivateKey(await read(file), file);
}
