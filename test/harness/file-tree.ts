import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runProgram } from './program.js';

/**
 * The files of an image: by path without a slash in front, a line that tells all that must survive a way through a
 * registry, such as `file 4755 12 bytes 2c26b46b68ff, also bin/sh`. Two trees are the same when they are deeply equal.
 */
export type FileTree = ReadonlyMap<string, string>;

/** What a file is, before it is known which other names it has. */
export interface FileLine {
  readonly line: string;
  /** The same for all names of one file. */
  readonly file: unknown;
}

/** The line of a regular file. @param mode permission bits with setuid, setgid and sticky. */
export function fileLine(mode: number, content: Uint8Array): string {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `file ${mode.toString(8)} ${content.length} bytes ${digest}`;
}

/** Puts a tree together: by path, with the other names of each file in its line. */
export function treeOf(files: ReadonlyMap<string, FileLine>): FileTree {
  const paths = [...files.keys()].sort();
  return new Map(
    paths.map((path) => {
      const { line, file } = files.get(path) ?? { line: '', file: undefined };
      const others = paths.filter((other) => other !== path && files.get(other)?.file === file);
      return [path, others.length === 0 ? line : `${line}, also ${others.join(', ')}`];
    }),
  );
}

/** The tree that lies in a directory. */
export async function readTree(directory: string): Promise<FileTree> {
  const files = new Map<string, FileLine>();
  const walk = async (folder: string): Promise<void> => {
    for (const name of await readdir(join(directory, folder))) {
      const path = join(folder, name);
      const absolute = join(directory, path);
      const stat = await lstat(absolute);
      const mode = stat.mode & 0o7777;
      const inode = stat.isDirectory() ? {} : stat.ino;
      if (stat.isDirectory()) {
        files.set(path, { line: `directory ${mode.toString(8)}`, file: inode });
        await walk(path);
      } else if (stat.isSymbolicLink()) {
        files.set(path, { line: `symlink ${await readlink(absolute)}`, file: inode });
      } else if (stat.isFile()) {
        files.set(path, { line: fileLine(mode, await readFile(absolute)), file: inode });
      } else {
        files.set(path, { line: stat.isFIFO() ? `fifo ${mode.toString(8)}` : 'device', file: inode });
      }
    }
  };
  await walk('');
  return treeOf(files);
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Takes away from a directory what the whiteouts of a layer say, before the layer goes over it. */
async function applyWhiteouts(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(directory, dirname(name));
    const last = basename(name);
    if (last === OPAQUE) {
      const below = await readdir(path).catch(() => []);
      await Promise.all(below.map((entry) => rm(join(path, entry), { recursive: true, force: true })));
    } else if (last.startsWith(WHITEOUT)) {
      await rm(join(path, last.slice(WHITEOUT.length)), { recursive: true, force: true });
    }
  }
}

async function tar(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('tar', words, {
    environment: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (code !== 0) throw new Error(`tar ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/**
 * Unpacks layers over each other with the system's tar, as an engine would.
 *
 * @param layers files with tar archives, plain or compressed, the base first.
 */
export async function unpackedTree(layers: readonly string[]): Promise<FileTree> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-tree-'));
  try {
    for (const layer of layers) {
      const names = await tar('--list', '--quoting-style=literal', '--file', layer);
      await applyWhiteouts(directory, names.split('\n'));
      await tar('-x', '-p', '--no-same-owner', '--exclude', `${WHITEOUT}*`, '-C', directory, '-f', layer);
    }
    return await readTree(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
