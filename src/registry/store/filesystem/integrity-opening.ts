import type { FileHandle } from 'node:fs/promises';
import type { ReplyBody } from '../../../exchange/reply.js';
import { Digest } from '../../model/digest.js';
import { StoredContentDamaged } from '../failure.js';
import { type ContentFile, IntegrityCheck } from './integrity-check.js';
import type { IntegrityLedger } from './integrity-ledger.js';
import { openToRead } from './opening.js';
import { isLost } from './system-error.js';

/** Bytes of content up to which it is checked before its reply begins: one read of a delivery. */
const AT_ONCE = 131_072;

const EMPTY: Readonly<Record<Digest['algorithm'], Digest>> = {
  sha256: Digest.of(new Uint8Array(), 'sha256'),
  sha512: Digest.of(new Uint8Array(), 'sha512'),
};

/**
 * Refuses content that is known to be damaged. What has been changed since is read anew first: it may have been restored.
 *
 * @throws {StoredContentDamaged}
 */
export async function refuseDamaged(ledger: IntegrityLedger, content: ContentFile): Promise<void> {
  const { digest, path, status } = content;
  if (status.size === 0 && !digest.equals(EMPTY[digest.algorithm])) {
    ledger.noteDamaged(digest, path, status);
  } else if (!ledger.isDamaged(digest, status)) {
    return;
  } else if (ledger.mayBeRestored(digest, status) && (await isIntact(ledger, content))) {
    return;
  }
  throw new StoredContentDamaged(digest);
}

async function isIntact(ledger: IntegrityLedger, { digest, path }: ContentFile): Promise<boolean> {
  const file = await openToRead(path);
  if (file === undefined) return false;
  try {
    const check = new IntegrityCheck(ledger, { digest, path, status: await file.stat() });
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: AT_ONCE }))
      check.update(chunk);
    return check.isIntact();
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Opens a part of some content for a reply. The whole of content that the ledger does not know to be intact is
 * checked before its last bytes leave; a part of it is not, since the digest is that of the whole.
 *
 * @param content as it was found, before it is opened.
 * @returns undefined when it has gone since.
 * @throws {StoredContentDamaged}
 */
export async function openContent(
  ledger: IntegrityLedger,
  content: ContentFile,
  start: number,
  length: number,
): Promise<ReplyBody | undefined> {
  const { digest, path, status } = content;
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  if (start !== 0 || length !== status.size || ledger.isVerified(digest, status))
    return { file, start, length };
  try {
    // A push may have put another file there since it was found, and damage must be noted of the file that has it.
    const opened = { digest, path, status: await file.stat() };
    if (opened.status.size === length && length > AT_ONCE) {
      return { file, start, length, check: new IntegrityCheck(ledger, opened) };
    }
    const bytes = opened.status.size === length ? await readWhole(ledger, file, opened) : undefined;
    await file.close();
    return bytes;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readWhole(ledger: IntegrityLedger, file: FileHandle, content: ContentFile): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(content.status.size);
  const check = new IntegrityCheck(ledger, content);
  let size = 0;
  try {
    while (size < bytes.length) {
      const { bytesRead } = await file.read(bytes, size, bytes.length - size, size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
  } catch (error) {
    if (!isLost(error)) throw error;
  }
  check.update(bytes.subarray(0, size));
  if (!check.isIntact()) throw new StoredContentDamaged(content.digest);
  return bytes;
}
