import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { type DocumentContent, readDocument } from './document.js';
import { configVariable, defaultFile } from './flags.js';
import type { ConfigurationInput } from './input.js';
import type { Problem } from './problem.js';

/** Bytes. Ten thousand rules have a few million; more is another file or an attack on the parser. */
const largest = 8 * 1024 * 1024;

/** The configuration file. */
export interface ConfigurationFile extends DocumentContent {
  /** Where it is, absolute; undefined when there is none. */
  readonly path: string | undefined;
}

const NONE: ConfigurationFile = { source: new Map(), rules: [], path: undefined };

/** Reads the YAML file that the input names, or `./dockgate.yaml` if it exists; notes what is wrong with it. */
export async function readConfigurationFile(
  input: ConfigurationInput,
  problems: Problem[],
): Promise<ConfigurationFile> {
  const variable = input.environment[configVariable]?.trim() ?? '';
  const named = input.flags.config ?? (variable === '' ? undefined : variable);
  const namer = input.flags.config === undefined ? configVariable : '--config';
  if (named === '') {
    problems.push({ place: undefined, message: '--config must name a file, not an empty text.' });
    return NONE;
  }
  const file = named ?? defaultFile;
  const absolute = path.resolve(input.directory, file);
  try {
    const text = await readTextFile(absolute);
    const content = readDocument(text, { file, directory: path.dirname(absolute) }, problems);
    return { ...content, path: absolute };
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    if (named === undefined && error.code === 'ENOENT') return NONE;
    const hint = named === undefined ? '' : ` (named by ${namer})`;
    problems.push({ place: { file }, message: `The configuration file${hint} ${error.message}.` });
    return NONE;
  }
}

/** A file is not there, may not be read, or holds no text of a sensible size. The message says so, after the file's name. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
  /** The system's code, when it was the system that refused. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Reads a text file of at most 8 MiB, or a pipe. @throws {UnusableFile} */
export async function readTextFile(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      return decode(await readAll(handle));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof UnusableFile || typeof code !== 'string') throw error;
    throw new UnusableFile(reason(code), code);
  }
}

async function readAll(handle: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(largest + 1);
  let length = 0;
  // Not by the size of the file: pipes and devices have none.
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > largest) {
    throw new UnusableFile(`is larger than ${largest / 1024 / 1024} MiB: it must be another file`);
  }
  return buffer.subarray(0, length);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnusableFile('is not UTF-8 text');
  }
}

function reason(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a directory';
  return `cannot be read (${code})`;
}
