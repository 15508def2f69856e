import { CommandFailure } from './command-failure.js';
import { Interrupted, type Keyboard, readHiddenLine } from './hidden-line.js';

/** Where a password comes from. */
export interface PasswordSource {
  readonly keyboard: Keyboard & { readonly isTTY?: boolean };
  /** `--password-stdin`: the whole input is the password. */
  readonly fromInput: boolean;
  /** Shows a prompt. */
  readonly show: (text: string) => void;
}

/** Bytes of input after which it is no password any more. */
const MOST_INPUT = 64 * 1024;

/** Asks twice for a password that is to be set. */
export async function readNewPassword(source: PasswordSource, user: string): Promise<Buffer> {
  const first = await readPassword(source, `New password for ${user}: `);
  if (source.fromInput) return first;
  const second = await readPassword(source, 'The same again: ');
  if (first.equals(second)) return first;
  throw new CommandFailure('The two passwords differ, and nothing was changed. Try again.');
}

/**
 * Asks for a password: at the terminal without showing it, or from the standard input if that was asked for. Never
 * from the command line, which every user of the machine can read.
 */
export async function readPassword(source: PasswordSource, prompt: string): Promise<Buffer> {
  if (source.fromInput) return withoutLineBreak(await readAll(source.keyboard));
  if (source.keyboard.isTTY !== true) {
    throw new CommandFailure(
      'There is no terminal to ask for the password. Use --password-stdin and send it to the standard input.',
      2,
    );
  }
  try {
    return await readHiddenLine(source.keyboard, () => source.show(prompt));
  } catch (error) {
    if (error instanceof Interrupted)
      throw new CommandFailure('Stopped, and nothing was changed.', 1, { cause: error });
    throw error;
  } finally {
    source.show('\n');
  }
}

async function readAll(keyboard: Keyboard): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of keyboard) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MOST_INPUT) throw new CommandFailure('The standard input is too long for a password.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Editors and `echo` end what they write with one line break, which nobody means as part of the password. */
function withoutLineBreak(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
