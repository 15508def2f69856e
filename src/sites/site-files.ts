import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readTextFile, UnusableFile } from '../configuration/file.js';
import type { Place } from '../configuration/problem.js';
import { LIMITS } from './limits.js';
import { SiteSyntaxError } from './syntax-error.js';

/** Reads the files of a site and keeps within the bounds. */
export class SiteFiles {
  #characters = 0;
  #files = 0;

  /** @param from what names the file; undefined: the command line. @throws {SiteSyntaxError} when it cannot be read. */
  async read(file: string, from: Place | undefined): Promise<string> {
    this.#files += 1;
    const place = from ?? { file };
    if (this.#files > LIMITS.files)
      throw new SiteSyntaxError(place, `more than ${LIMITS.files} files are included`);
    try {
      const text = await readTextFile(file);
      this.#characters += text.length;
      if (this.#characters > LIMITS.characters) {
        throw new SiteSyntaxError(
          place,
          `the files are larger than ${LIMITS.characters / 1024 / 1024} MiB together`,
        );
      }
      return text;
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      const subject = from === undefined ? '' : `${file} `;
      throw new SiteSyntaxError(place, `${subject}${error.message}`);
    }
  }

  /** The text of a file that is not part of the configuration; undefined when it cannot be read. */
  async readOther(file: string): Promise<string | undefined> {
    return readTextFile(file).catch((error: unknown) => {
      if (error instanceof UnusableFile) return undefined;
      throw error;
    });
  }

  /**
   * Files that fit a pattern as the C library's `glob` does it, sorted. A pattern without wildcards is a file.
   *
   * @param from what names the pattern. @throws {SiteSyntaxError} when a directory is there and cannot be looked into
   */
  async matching(pattern: string, from: Place): Promise<readonly string[]> {
    if (!/[*?[]/.test(pattern)) return [pattern];
    let found: readonly string[] = ['/'];
    for (const part of pattern.split('/').filter(Boolean)) {
      if (!/[*?[]/.test(part)) {
        found = found.map((directory) => path.join(directory, part));
        continue;
      }
      const expression = globExpression(part);
      const next: string[] = [];
      for (const directory of found) {
        const names = await namesIn(directory, from);
        for (const name of names) {
          if (expression.test(name) && (part.startsWith('.') || !name.startsWith('.'))) {
            next.push(path.join(directory, name));
          }
        }
        if (next.length > LIMITS.files) break;
      }
      found = next;
    }
    return found;
  }
}

/** Empty for a directory that is not there. One that is closed to us may hold what keeps people out. */
async function namesIn(directory: string, from: Place): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new SiteSyntaxError(
      from,
      `${directory} cannot be looked into (${code ?? 'unknown error'}); try as root`,
    );
  }
}

/** One part of a path between slashes. Stars beside each other are one, so that none is tried twice. */
function globExpression(part: string): RegExp {
  let source = '';
  for (let index = 0; index < part.length; index += 1) {
    const character = part.charAt(index);
    const set = character === '[' ? /^\[([!^]?)([^\]/]+)\]/.exec(part.slice(index)) : null;
    if (set !== null) {
      source += `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replaceAll(/[\\\]^]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else if (character === '*') source += source.endsWith('.*') ? '' : '.*';
    else if (character === '?') source += '.';
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    return /^(?!)/;
  }
}
