import assert from 'node:assert/strict';
import { fileTuple } from '../../src/registry/layer/file-tuple.js';
import { LayerUnreadable } from '../../src/registry/layer/layer-unreadable.js';
import type { TarEntry } from '../../src/registry/layer/tar/tar-entry.js';
import { TarReader } from '../../src/registry/layer/tar/tar-reader.js';
import { tarSumFields } from '../../src/registry/layer/tarsum/tarsum-fields.js';
import {
  type ArchiveHeader,
  END,
  entryBytes,
  headerBytes,
  paxBytes,
  signed,
} from '../registry/layer/archive.js';
import type { FuzzTarget } from './fuzzing.js';
import type { Random } from './random.js';

const PIECES = ['\0', ' ', '/', './', '0', '7', '9', '\n', '=', 'ustar', '\u0080', '.wh.', '12 path=abcd\n'];
const KEYS = [
  'path',
  'linkpath',
  'size',
  'mtime',
  'uid',
  'uname',
  'SCHILY.xattr.user.a',
  'GNU.sparse.major',
  'GNU.sparse.realsize',
  '__proto__',
];
const VALUES = ['', '0', '5', '513', '-1', '1.5', '-1.5', '99999999999999999999', 'x', 'a/b', '\0'];
const TYPES = [...'\x0001234567SgxLKVZ'];

interface Reading {
  readonly seen: readonly string[];
  /** Bytes of content. */
  readonly content: number;
  readonly isWhole: boolean;
}

/** What comes out of an archive that is handed over in pieces of this length. */
function read(input: Buffer, length: number): Reading {
  const seen: string[] = [];
  let content = 0;
  const reader = new TarReader({
    entry(entry: TarEntry) {
      const sums = (['tarsum', 'tarsum.v1'] as const).map((version) => tarSumFields(entry, version));
      seen.push(JSON.stringify([sums.map(String), fileTuple(entry)]));
      assert.ok(Number.isSafeInteger(entry.size) && entry.size >= 0, 'a size is a number of bytes');
    },
    content(chunk) {
      content += chunk.length;
    },
  });
  try {
    for (let start = 0; start < input.length; start += length)
      reader.write(input.subarray(start, start + length));
    reader.end();
    return { seen, content, isWhole: true };
  } catch (error) {
    if (!(error instanceof LayerUnreadable)) throw error;
    assert.ok(error.message.length < 200, 'the sentence is as long as its input');
    return { seen, content, isWhole: false };
  }
}

function makeEntry(random: Random): Buffer {
  const header: ArchiveHeader = {
    name: random.text(PIECES, 5),
    type: random.oneIn(3) ? '0' : random.pick(TYPES),
    form: random.pick(['ustar', 'gnu', 'v7']),
    linkName: random.text(PIECES, 3),
    prefix: random.text(PIECES, 3),
    modified: random.below(2 ** 30),
  };
  const content = random.text(PIECES, 200);
  if (random.oneIn(4)) return paxBytes([[random.pick(KEYS), random.pick(VALUES)]]);
  if (random.oneIn(6)) return headerBytes({ ...header, size: random.below(2 ** 30) });
  const bytes = entryBytes(header, content);
  if (!random.oneIn(3)) return bytes;
  // With the checksum made right again, what is damaged gets past it.
  const damaged = random.damaged(bytes.subarray(0, 512), PIECES);
  return Buffer.concat([signed(Buffer.concat([damaged, Buffer.alloc(512)], 512)), bytes.subarray(512)]);
}

/** The reader of archives: whatever it gets, in whatever pieces, comes out the same, and no more than went in. */
export const target: FuzzTarget = {
  make(random) {
    const entries = Array.from({ length: random.below(6) }, () => makeEntry(random));
    const archive = Buffer.concat([...entries, ...(random.oneIn(3) ? [] : [END])]);
    return random.oneIn(4) ? random.damaged(archive, PIECES) : archive;
  },
  check(input) {
    const whole = read(input, Math.max(input.length, 1));
    for (const length of [1, 511, 512, 700]) assert.deepEqual(read(input, length), whole);
    assert.ok(whole.seen.length <= input.length / 512 && whole.content <= input.length);
    return whole.isWhole;
  },
};
