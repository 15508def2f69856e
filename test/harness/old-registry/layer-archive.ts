import { chmod, link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../program.js';
import type { Entry, LayerContent } from './layer-content.js';

/** How the layers of a registry are compressed: all three were pushed by one engine or another. */
export type LayerCompression = 'none' | 'gzip' | 'xz';

/** How an archive is written. */
export interface ArchiveForm {
  /** Of names that do not fit into a ustar header. */
  readonly format: 'gnu' | 'pax';
  /** Whether names begin with `./`, as they do in bases that were imported. */
  readonly hasDots: boolean;
}

/** The end of an archive alone: what engines push for images that change no file. */
export const EMPTY_TAR = Buffer.alloc(1024);

/** Name under which an entry lies in an archive. */
function nameOf({ kind, path }: Entry): string {
  if (kind === 'whiteout') return join(dirname(path), `.wh.${basename(path)}`);
  return kind === 'opaque' ? join(path, '.wh..wh..opq') : path;
}

async function run(command: string, words: readonly string[], input?: string | Uint8Array): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-run-'));
  try {
    const output = join(directory, 'output');
    const { code, stderr } = await runProgram('sh', ['-c', '"$@" >"$0"', output, command, ...words], {
      environment: { ...process.env, LC_ALL: 'C.UTF-8' },
      ...(input === undefined ? {} : { input }),
    });
    if (code !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
    return await readFile(output);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function make(directory: string, entry: Entry): Promise<void> {
  const path = join(directory, nameOf(entry));
  // A whiteout may be the only thing of its directory in the layer.
  await mkdir(dirname(path), { recursive: true });
  switch (entry.kind) {
    case 'directory':
      await mkdir(path, { recursive: true });
      await chmod(path, entry.mode);
      break;
    case 'hardlink':
      await link(join(directory, entry.to), path);
      break;
    case 'symlink':
      await symlink(entry.to, path);
      break;
    case 'fifo':
      await run('mkfifo', [`--mode=${entry.mode.toString(8)}`, path]);
      break;
    default:
      await writeFile(path, entry.kind === 'file' ? entry.content : '');
      await chmod(path, entry.kind === 'file' ? entry.mode : 0o600);
  }
}

const TIME = '2014-05-13T16:53:20Z';

/** Packs a layer with the system's tar; the same content makes the same bytes. */
export async function packLayer(content: LayerContent, form: ArchiveForm): Promise<Buffer> {
  if (content.length === 0) return EMPTY_TAR;
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-layer-'));
  try {
    for (const entry of content) await make(directory, entry);
    const names = content.map((entry) => `${form.hasDots ? './' : ''}${nameOf(entry)}`);
    // What differs from one run to the next is fixed or left out; devices and inodes are in no header.
    const pax = 'exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime';
    const words = [
      '-c',
      `--format=${form.format}`,
      ...(form.format === 'pax' ? [`--pax-option=${pax}`] : []),
      `--mtime=${TIME}`,
      '--owner=root:0',
      '--group=root:0',
      '--blocking-factor=2',
      '-C',
      directory,
      '--no-recursion',
      '--null',
      '--files-from=-',
    ];
    return await run('tar', words, names.map((name) => `${name}\0`).join(''));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Compresses an archive. */
export function compress(archive: Buffer, compression: LayerCompression): Promise<Buffer> | Buffer {
  if (compression === 'xz') return run('xz', ['--compress', '--stdout', '-6', '--check=crc64'], archive);
  return compression === 'gzip' ? gzipSync(archive) : archive;
}
