import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FILE = 'v1-token.key';
const LENGTH = 32;
const FORM = /^[A-Za-z0-9+/]{43}=\n$/;
/** How often, and milliseconds apart, to read a file that another process may be writing. */
const LOOKS = 20;
const BETWEEN_LOOKS = 50;
/** A file system without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK']);

/** The secret behind the tokens. */
export interface TokenKey {
  /** 32 bytes. */
  readonly secret: Buffer;
  /** Why the secret is this process's alone, after "the key … "; undefined when it is shared through its file. */
  readonly problem: string | undefined;
}

/**
 * Reads the secret of the tokens from its file, or makes it. Processes that do so at once agree on one, and tokens hold
 * across restarts. Where nothing can be written or read, the secret is one of this process alone.
 *
 * @param directory made when it is missing
 */
export async function openTokenKey(directory: string): Promise<TokenKey> {
  const path = join(directory, FILE);
  try {
    return { secret: (await readKey(path)) ?? (await makeKey(directory, path)), problem: undefined };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const problem = `${path} cannot be used (${reason}): tokens of the v1 API end with this process`;
    return { secret: randomBytes(LENGTH), problem };
  }
}

/** Undefined when there is no file. */
async function readKey(path: string): Promise<Buffer | undefined> {
  for (let looks = 1; ; looks += 1) {
    const text = await readStart(path);
    if (text === undefined) return undefined;
    if (FORM.test(text)) return Buffer.from(text, 'base64');
    if (looks === LOOKS) throw new Error('it holds no key; remove it, and a new one is made');
    await pause(BETWEEN_LOOKS);
  }
}

async function readStart(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeKey(directory: string, path: string): Promise<Buffer> {
  await mkdir(directory, { recursive: true });
  const secret = randomBytes(LENGTH);
  const temporary = join(directory, `.${FILE}.${randomBytes(6).toString('hex')}`);
  try {
    await write(temporary, secret);
    await link(temporary, path).catch((error: unknown) => {
      if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
      return write(path, secret);
    });
  } catch (error) {
    // Another process was faster: its key is the one.
    const made = codeOf(error) === 'EEXIST' ? await readKey(path) : undefined;
    if (made === undefined) throw error;
    return made;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await using folder = await open(directory, 'r');
  await folder.sync();
  return secret;
}

async function write(path: string, secret: Buffer): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(`${secret.toString('base64')}\n`);
  await file.sync();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
