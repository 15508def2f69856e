import type { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { PairFiles } from '../configuration/configuration.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { checkDates, checkOrder, nameOf, parseChain, validityOf } from './certificate-chain.js';
import { alternativeNamesOf, covers, namesOf } from './certificate-names.js';
import { read } from './directory.js';
import { privateKeyPem } from './key-pair.js';
import { daysBetween, fileProblem, formatMoment } from './pair-problem.js';
import { parsePrivateKey } from './private-key.js';

/** Days before its end when a certificate calls for attention. */
export const noticeDays = 30;

/** A checked certificate chain and the key that goes with it. */
export interface Pair {
  readonly files: PairFiles;
  readonly leaf: X509Certificate;
  /** Chain in PEM, the leaf first. */
  readonly certificate: string;
  /** Private key in PEM. Never for a log. */
  readonly key: string;
  /** Names that the leaf vouches for, in lower case. */
  readonly names: readonly string[];
  /** When the first certificate of the chain ends, in milliseconds since 1970. */
  readonly end: number;
  /** What works today but deserves attention, whole sentences that name the file. */
  readonly warnings: readonly string[];
}

/** What to hold a pair against. */
export interface PairExpectation {
  /** Names that the certificate has to cover; empty when other pairs may cover them. */
  readonly hostnames?: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Reads and checks an operator's own pair: PEM, key fits, order, dates, names, and whether OpenSSL takes it.
 * @throws ConfigurationError whose problems name the file and what to do.
 */
export async function loadPair(files: PairFiles, expectation: PairExpectation): Promise<Pair> {
  const [certificateBytes, keyBytes] = await readBoth(files);
  const chain = parseChain(certificateBytes, files.certificate);
  const key = parsePrivateKey(keyBytes, files.key);
  if (!chain.certificates.some((certificate) => certificate.checkPrivateKey(key))) {
    const message = `this key does not belong to the certificate of ${nameOf(chain.leaf)} in ${files.certificate}. Give the key that its request was made with.`;
    throw fileProblem(files.key, message);
  }
  checkOrder(chain, key, files.certificate);
  checkDates(chain, files.certificate, expectation.now);
  const pair = {
    files,
    leaf: chain.leaf,
    certificate: chain.pem,
    key: privateKeyPem(key),
    names: namesOf(chain.leaf),
    end: Math.min(...chain.certificates.map((certificate) => validityOf(certificate).notAfter)),
  };
  const problems = uncovered([pair], expectation.hostnames ?? []);
  if (problems.length > 0) throw new ConfigurationError(problems);
  checkWithOpenSsl(pair);
  return { ...pair, warnings: await warningsAbout(pair, expectation.now) };
}

/** One problem for each host name that none of the pairs covers. */
export function uncovered(
  pairs: readonly Pick<Pair, 'files' | 'leaf' | 'names'>[],
  hostnames: readonly string[],
): readonly Problem[] {
  const missing = hostnames.filter((hostname) => !pairs.some((pair) => covers(pair.leaf, hostname)));
  const known = pairs.flatMap((pair) => pair.names).join(', ') || 'no name at all';
  const file = pairs[0]?.files.certificate;
  return missing.map((hostname) => ({
    place: file === undefined ? undefined : { file },
    message: `the certificate is for ${known}, not for ${hostname}, so clients that go there will refuse it. Have one issued with that name, or take it out of the host names.`,
  }));
}

/** Says that a pair ends soon; undefined when it does not. */
export function endNotice(pair: Pick<Pair, 'files' | 'end'>, now: number): string | undefined {
  const days = daysBetween(now, pair.end);
  if (days >= noticeDays) return undefined;
  const message = `the certificate ends in ${days} ${days === 1 ? 'day' : 'days'}, on ${formatMoment(pair.end)}. Put a renewed one in its place; it is taken over without a restart.`;
  return formatProblem({ place: { file: pair.files.certificate }, message });
}

async function readBoth(files: PairFiles): Promise<readonly [Buffer, Buffer]> {
  const results = await Promise.allSettled([read(files.certificate), read(files.key)]);
  const problems: Problem[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof ConfigurationError)) throw result.reason;
    problems.push(...result.reason.problems);
  }
  const [certificate, key] = results;
  if (certificate.status === 'rejected' || key.status === 'rejected') throw new ConfigurationError(problems);
  return [certificate.value, key.value];
}

/** OpenSSL has rules of its own, such as against SHA-1 signatures. */
function checkWithOpenSsl(pair: Pick<Pair, 'files' | 'certificate' | 'key'>): void {
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : 'reason unknown';
    const message = `OpenSSL refuses this certificate (${reason}). Have it issued anew with SHA-256 and a key of at least 2048 bit RSA or ECDSA.`;
    throw fileProblem(pair.files.certificate, message);
  }
}

async function warningsAbout(pair: Omit<Pair, 'warnings'>, now: number): Promise<readonly string[]> {
  const warnings: string[] = [];
  const end = endNotice(pair, now);
  if (end !== undefined) warnings.push(end);
  if (alternativeNamesOf(pair.leaf).length === 0) {
    const message =
      'the certificate has no subject alternative names, so docker, podman and browsers refuse it whatever its common name says. Have one issued with them.';
    warnings.push(formatProblem({ place: { file: pair.files.certificate }, message }));
  }
  const mode = (await stat(pair.files.key).catch(() => undefined))?.mode ?? 0;
  if (process.platform !== 'win32' && (mode & 0o007) !== 0) {
    const message = 'every account of this machine can read this private key. `chmod 600` it.';
    warnings.push(formatProblem({ place: { file: pair.files.key }, message }));
  }
  return warnings;
}
