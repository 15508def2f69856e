import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { KeyType, PairFiles } from '../configuration/configuration.js';
import { formatProblem } from '../configuration/problem.js';
import { longestServerDays, mintAuthority, mintServer, type Signer } from './certificate.js';
import { checkDates, nameOf, parseChain, validityOf } from './certificate-chain.js';
import { authorityFiles } from './certificate-files.js';
import { exists, makeDirectory, read, store } from './directory.js';
import { makeKeyPair, privateKeyPem } from './key-pair.js';
import { daysBetween, fileProblem, formatMoment } from './pair-problem.js';
import { parsePrivateKey } from './private-key.js';
import { ExistingFile } from './stored-file.js';
import type { SubjectName } from './subject-name.js';

/** How the common names of authorities that dockgate makes begin. */
export const authorityNamePrefix = 'dockgate authority ';
/** Longer than a server's key: an RSA authority has to last for ten years. */
const authorityRsaBits = 3072;

/** The authority that vouches for the certificates of a directory: `ca.crt` and `ca.key`. */
export class Authority {
  readonly files: PairFiles;
  readonly #signer: Signer;
  /** In PEM, what clients need beside the leaf when they know only a root above this authority. */
  readonly #above: string;

  private constructor(files: PairFiles, signer: Signer, above: string) {
    this.files = files;
    this.#signer = signer;
    this.#above = above;
  }

  get certificate(): Signer['certificate'] {
    return this.#signer.certificate;
  }

  /**
   * Makes the authority of a directory, and the directory where it is missing.
   * @param replace Take the place of an authority that is there; everything it signed loses its trust.
   * @throws ExistingFile without `replace`, ConfigurationError when the files cannot be written.
   */
  static async create(directory: string, keyType: KeyType, now: number, replace = false): Promise<Authority> {
    const files = authorityFiles(directory);
    await makeDirectory(directory);
    const key = await makeKeyPair(keyType, authorityRsaBits);
    const text = mintAuthority(key, authorityName(), now);
    await store(
      [
        { path: files.key, text: privateKeyPem(key.privateKey), secret: true },
        { path: files.certificate, text, secret: false },
      ],
      replace,
    );
    return Authority.open(directory, now);
  }

  /**
   * Opens the authority of a directory.
   * @throws ConfigurationError when a file is missing, damaged, out of its time, or no authority's.
   */
  static async open(directory: string, now: number): Promise<Authority> {
    const files = authorityFiles(directory);
    const [certificateBytes, keyBytes] = [await read(files.certificate), await read(files.key)];
    const chain = parseChain(certificateBytes, files.certificate);
    const privateKey = parsePrivateKey(keyBytes, files.key);
    if (!chain.leaf.ca) {
      throw fileProblem(files.certificate, 'this is not an authority: its certificate may not sign others.');
    }
    if (!chain.leaf.checkPrivateKey(privateKey)) {
      const message = `this key does not belong to the authority in ${files.certificate}. Put the right one back, or make a new authority: \`dockgate cert init --force\`.`;
      throw fileProblem(files.key, message);
    }
    checkDates({ ...chain, certificates: [chain.leaf] }, files.certificate, now);
    const above = chain.certificates.filter((certificate) => !certificate.checkIssued(certificate));
    return new Authority(files, { certificate: chain.leaf, privateKey }, above.map(String).join(''));
  }

  /**
   * Opens the authority of a directory, or makes it. Several processes may do so at once: the first one wins.
   */
  static async openOrCreate(
    directory: string,
    keyType: KeyType,
    now: number,
  ): Promise<{ readonly authority: Authority; readonly made: boolean }> {
    const files = authorityFiles(directory);
    if ((await exists(files.certificate)) && (await exists(files.key))) {
      return { authority: await Authority.open(directory, now), made: false };
    }
    let made = true;
    try {
      await makeDirectory(directory);
      await createKey(files, keyType);
      await certify(files, now);
    } catch (error) {
      if (!(error instanceof ExistingFile)) throw error;
      made = false;
    }
    return { authority: await Authority.open(directory, now), made };
  }

  /** Makes a server certificate for a public key, in PEM, followed by the chain up to the root where there is one. */
  issue(names: readonly SubjectName[], publicKey: KeyObject, now: number, days = longestServerDays): string {
    return mintServer(this.#signer, { names, publicKey, days, now }) + this.#above;
  }

  /** Whether a certificate was signed by this authority. */
  hasIssued(certificate: Signer['certificate']): boolean {
    return certificate.checkIssued(this.certificate) && certificate.verify(this.certificate.publicKey);
  }

  /** Says that the authority itself ends before a server certificate of full length would; else undefined. */
  endNotice(now: number): string | undefined {
    const { notAfter } = validityOf(this.certificate);
    const days = daysBetween(now, notAfter);
    if (days >= longestServerDays) return undefined;
    const message = `the authority ${nameOf(this.certificate)} ends in ${days} days, on ${formatMoment(notAfter)}. Make a new one with \`dockgate cert init --force\` and give its ca.crt to every client.`;
    return formatProblem({ place: { file: this.files.certificate }, message });
  }
}

/** A key that a broken-off first start left is used, so that every process ends with the same one. */
async function createKey(files: PairFiles, keyType: KeyType): Promise<void> {
  if (await exists(files.key)) return;
  const key = await makeKeyPair(keyType, authorityRsaBits);
  const file = { path: files.key, text: privateKeyPem(key.privateKey), secret: true };
  await store([file], false).catch((error: unknown) => {
    if (!(error instanceof ExistingFile)) throw error;
  });
}

async function certify(files: PairFiles, now: number): Promise<void> {
  const privateKey = parsePrivateKey(await read(files.key), files.key);
  const text = mintAuthority({ privateKey, publicKey: createPublicKey(privateKey) }, authorityName(), now);
  await store([{ path: files.certificate, text, secret: false }], false);
}

/** Different for each authority: trust stores tell them apart by name first. */
function authorityName(): string {
  const tail = ` ${randomBytes(4).toString('hex')}`;
  return `${authorityNamePrefix}${hostname().slice(0, 64 - authorityNamePrefix.length - tail.length)}${tail}`;
}
