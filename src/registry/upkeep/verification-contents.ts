import { stat } from 'node:fs/promises';
import { inGroups } from '../batches.js';
import { DIGEST_ALGORITHMS, type Digest } from '../model/digest.js';
import { contentsIn } from '../store/filesystem/directory-entries.js';
import type { Layout } from '../store/filesystem/layout.js';
import type { Quarantine } from '../store/filesystem/quarantine.js';
import { orUndefined } from '../store/filesystem/system-error.js';
import { examineContent } from './verification-content.js';
import type { VerificationFindings } from './verification-findings.js';

/** Contents read side by side, so that the disk is at work while one of them is hashed. */
const WIDTH = 4;

/** Files asked for their size side by side. */
const COUNTING_WIDTH = 32;

/** Bytes read at a time. */
const CHUNK = 256 * 1024;

/** How much content there is. */
export interface ContentTotals {
  readonly contents: number;
  readonly bytes: number;
}

/** What reading all content needs. */
export interface ContentVerificationParts {
  readonly layout: Layout;
  /** Takes damaged content out of service; undefined to leave it in its place. */
  readonly quarantine: Quarantine | undefined;
  readonly findings: VerificationFindings;
  readonly signal: AbortSignal | undefined;
  readonly onRead: (bytes: number) => void;
}

/** Counts what there is to read. @throws the signal's reason. */
export async function countContents(layout: Layout, signal: AbortSignal | undefined): Promise<ContentTotals> {
  let contents = 0;
  let bytes = 0;
  for (const algorithm of DIGEST_ALGORITHMS) {
    const digests = contentsIn(layout.contents(algorithm), algorithm);
    for await (const group of inGroups(digests, COUNTING_WIDTH)) {
      signal?.throwIfAborted();
      await Promise.all(
        group.map(async (digest) => {
          const status = await orUndefined(stat(layout.blob(digest)));
          if (status === undefined) return;
          contents += 1;
          bytes += status.size;
        }),
      );
    }
  }
  return { contents, bytes };
}

/** Reads all content and compares it with its digests. @throws the signal's reason. */
export async function verifyContents(parts: ContentVerificationParts): Promise<void> {
  const buffers = Array.from({ length: WIDTH }, () => Buffer.allocUnsafeSlow(CHUNK));
  for (const algorithm of DIGEST_ALGORITHMS) {
    const digests = contentsIn(parts.layout.contents(algorithm), algorithm);
    for await (const group of inGroups(digests, WIDTH)) {
      await Promise.all(
        group.map((digest, index) => verifyContent(parts, digest, buffers[index] ?? Buffer.alloc(CHUNK))),
      );
    }
  }
}

async function verifyContent(
  { layout, quarantine, findings, signal, onRead }: ContentVerificationParts,
  digest: Digest,
  buffer: Buffer,
): Promise<void> {
  const path = layout.blob(digest);
  const examined = await examineContent(path, digest, buffer, signal);
  if (examined === undefined) return;
  const { status, damage } = examined;
  if (damage !== undefined) {
    const quarantined = await quarantine?.take(digest, status.ino);
    // When it cannot be found any more, somebody has put another in its place.
    if (quarantine === undefined || quarantined !== undefined) {
      const { size } = status;
      findings.addContent({ kind: 'damaged', digest, reason: damage, path, size, quarantined, images: [] });
    }
  }
  onRead(status.size);
}
