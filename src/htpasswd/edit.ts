import { parseHash } from './entry.js';
import { readContent } from './file-content.js';
import { withLock } from './file-lock.js';
import { replaceFile, writeTarget } from './file-replacement.js';
import { fields, isRemark, type Line, lines } from './lines.js';
import { HtpasswdError, HtpasswdFileError } from './problem.js';
import { UnusableHash } from './scheme/scheme.js';
import { unwritable } from './unwritable.js';
import { nameFault } from './user-name.js';

/** What setting a user asks of the file before. */
export type Expectation = 'absent' | 'present' | 'either';

/**
 * Gives a user a hash, at the end of the file for a new user, else in the place of the old one. Everything else in
 * the file stays byte for byte, except further lines of the same name, which go. A missing file is made, for its
 * owner alone.
 *
 * @param hash As {@link hashPassword} returns it; any form that can be read back.
 * @throws {HtpasswdError} `HTPASSWD_USER_EXISTS`, `HTPASSWD_USER_UNKNOWN`, `HTPASSWD_NAME`, `HTPASSWD_HASH`, or a
 *   {@link HtpasswdFileError} when the file cannot be changed. Nothing has changed then.
 */
export async function setUser(
  path: string,
  name: string,
  hash: string,
  expected: Expectation = 'either',
): Promise<void> {
  const fault = nameFault(name);
  if (fault !== undefined) {
    throw new HtpasswdError('HTPASSWD_NAME', `the name ${fault}; choose another`);
  }
  checkHash(hash);
  await edit(path, (all) => {
    const old = all.find((line) => isOf(line, name));
    refuse(path, name, old, expected);
    const text = Buffer.from(`${name}:${hash}`);
    if (old === undefined) return append(all, text);
    const rest = fields(old.content)?.rest ?? Buffer.alloc(0);
    const fresh = { ...old, content: Buffer.concat([text, rest]) };
    return all
      .filter((line) => line === old || !isOf(line, name))
      .map((line) => (line === old ? fresh : line));
  });
}

/**
 * Tells beforehand whether {@link setUser} would refuse, so that nobody is asked for a password in vain.
 *
 * @throws {HtpasswdError} as {@link setUser} does.
 */
export async function expectUser(path: string, name: string, expected: Expectation): Promise<void> {
  const all = [...lines(await currentBytes(await writeTarget(path)))];
  refuse(
    path,
    name,
    all.find((line) => isOf(line, name)),
    expected,
  );
}

/**
 * Removes a user with every line of that name: else the second line would begin to count.
 *
 * @throws {HtpasswdError} `HTPASSWD_USER_UNKNOWN`, or a {@link HtpasswdFileError} when the file cannot be changed.
 */
export async function removeUser(path: string, name: string): Promise<void> {
  await edit(path, (all) => {
    const kept = all.filter((line) => !isOf(line, name));
    if (kept.length === all.length) throw unknown(path, name);
    const lead = all[0]?.lead;
    const [first, ...others] = kept;
    // A byte order mark belongs to the file, not to the user of its first line.
    return first === undefined || lead === undefined ? kept : [{ ...first, lead }, ...others];
  });
}

function checkHash(hash: string): void {
  try {
    parseHash(hash);
  } catch (error) {
    if (!(error instanceof UnusableHash)) throw error;
    throw new HtpasswdError('HTPASSWD_HASH', `the hash ${error.message}`, { cause: error });
  }
  // A password in the clear can hold what ends its field.
  if (/[:\r\n]/.test(hash))
    throw new HtpasswdError('HTPASSWD_HASH', 'the hash holds a colon or a line break');
}

async function edit(path: string, change: (all: readonly Line[]) => readonly Line[]): Promise<void> {
  const target = await writeTarget(path);
  await withLock(target, async (confirm) => {
    const after = change([...lines(await currentBytes(target))]);
    const bytes = Buffer.concat(after.flatMap(({ lead, content, ending }) => [lead, content, ending]));
    await confirm();
    try {
      await replaceFile(target, bytes);
    } catch (error) {
      throw unwritable(path, error);
    }
  });
}

async function currentBytes(target: string): Promise<Buffer> {
  try {
    return (await readContent(target)).bytes;
  } catch (error) {
    if (error instanceof HtpasswdFileError && error.code === 'HTPASSWD_MISSING') return Buffer.alloc(0);
    throw error;
  }
}

function isOf({ content }: Line, name: string): boolean {
  return !isRemark(content) && fields(content)?.name.equals(Buffer.from(name)) === true;
}

function append(all: readonly Line[], content: Buffer): readonly Line[] {
  const none = Buffer.alloc(0);
  const last = all.at(-1);
  // The first line's ending is the file's; a file of one unfinished line has none to follow.
  const first = all[0]?.ending ?? none;
  const ending = first.length > 0 ? first : Buffer.from('\n');
  const before =
    last === undefined || last.ending.length > 0 ? all : [...all.slice(0, -1), { ...last, ending }];
  return [...before, { number: before.length + 1, lead: none, content, ending }];
}

function refuse(path: string, name: string, old: Line | undefined, expected: Expectation): void {
  if (old === undefined && expected === 'present') throw unknown(path, name);
  if (old !== undefined && expected === 'absent') throw exists(path, name);
}

function unknown(path: string, name: string): HtpasswdError {
  const message = `${path}: there is no user ${JSON.stringify(name)}; dockgate user add makes one`;
  return new HtpasswdError('HTPASSWD_USER_UNKNOWN', message);
}

function exists(path: string, name: string): HtpasswdError {
  const message = `${path}: there is a user ${JSON.stringify(name)} already; dockgate user passwd changes the password`;
  return new HtpasswdError('HTPASSWD_USER_EXISTS', message);
}
