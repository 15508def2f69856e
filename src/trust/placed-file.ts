import { randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nameOf } from '../tls/certificate-chain.js';
import { pemBlocks } from '../tls/pem.js';
import { codeOf } from '../tls/stored-file.js';
import { type Authority, OWN_AUTHORITY } from './authority.js';

/**
 * What is at a place where an authority should be: nothing; it, and it alone; it among others; an authority that dockgate
 * made, which is an earlier one of the same gateway; something that somebody else has put there.
 */
export type Content = 'nothing' | 'same' | 'among others' | 'earlier' | 'foreign';

/** Looks at the certificates of a file. @throws the file system's error */
export async function contentAt(file: string, authority: Pick<Authority, 'fingerprint'>): Promise<Content> {
  const text = await textAt(file);
  if (text === undefined) return 'nothing';
  const certificates = certificatesOf(text);
  if (certificates === undefined) return 'foreign';
  const isThere = certificates.some(({ fingerprint256 }) => fingerprint256 === authority.fingerprint);
  if (isThere) return certificates.length === 1 ? 'same' : 'among others';
  const [first] = certificates;
  const isOwn = certificates.length === 1 && first !== undefined && nameOf(first).startsWith(OWN_AUTHORITY);
  return isOwn ? 'earlier' : 'foreign';
}

/** The text of a file; undefined when there is none. @throws the file system's error */
export async function textAt(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Writes a file that every account may read, and its directories; it appears whole or not at all. A link in its place is
 * replaced, not followed.
 *
 * @throws the file system's error
 */
export async function put(file: string, text: string): Promise<void> {
  const first = await mkdir(dirname(file), { recursive: true });
  // What was made has the mode that the person's umask leaves, and clients run as somebody else.
  for (let at = dirname(file); first !== undefined; at = dirname(at)) {
    await chmod(at, 0o755);
    if (at === first) break;
  }
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  const handle = await open(temporary, 'wx', 0o644);
  try {
    await handle.chmod(0o644);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes a file, and its directory when nothing else is in that. @throws the file system's error */
export async function take(file: string, isAlone: boolean): Promise<void> {
  await unlink(file);
  if (isAlone) await rmdir(dirname(file)).catch(() => undefined);
}

function certificatesOf(text: string): readonly X509Certificate[] | undefined {
  const blocks = pemBlocks(text);
  if (blocks.length === 0) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block.text));
  } catch {
    return undefined;
  }
}
