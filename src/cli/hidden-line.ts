import type { Readable } from 'node:stream';

/** A terminal's input, or something that behaves like it. */
export interface Keyboard extends Readable {
  setRawMode?(raw: boolean): unknown;
}

const ENTER = [0x0d, 0x0a];
const ERASE = [0x7f, 0x08];
const INTERRUPT = 0x03;
const END = 0x04;
const CLEAR = 0x15;

/** The person at the keyboard pressed Ctrl-C, or the input ended. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * What is typed until Enter, without showing it. What follows Enter stays in the input for the next reader.
 *
 * @param prompt Called once nothing that is typed is shown any more.
 */
export async function readHiddenLine(keyboard: Keyboard, prompt: () => void): Promise<Buffer> {
  keyboard.setRawMode?.(true);
  prompt();
  const typed: number[] = [];
  try {
    for (;;) {
      const chunk = await nextChunk(keyboard);
      const used = typeBytes(typed, chunk);
      if (used === undefined) continue;
      if (used < chunk.length) keyboard.unshift(chunk.subarray(used));
      return Buffer.from(typed);
    }
  } finally {
    keyboard.setRawMode?.(false);
    keyboard.pause();
  }
}

/** Returns how many bytes were taken once the line is finished, undefined while it is not. */
function typeBytes(typed: number[], chunk: Buffer): number | undefined {
  for (const [index, byte] of chunk.entries()) {
    if (ENTER.includes(byte) || (byte === END && typed.length > 0)) return index + 1;
    if (byte === INTERRUPT || byte === END) throw new Interrupted('nothing was entered');
    if (ERASE.includes(byte)) eraseCharacter(typed);
    else if (byte === CLEAR) typed.length = 0;
    else typed.push(byte);
  }
  return undefined;
}

/** A character of UTF-8 is one leading byte and its continuations, which begin with the bits 10. */
function eraseCharacter(typed: number[]): void {
  for (let byte = typed.pop(); byte !== undefined && byte >= 0x80 && byte < 0xc0; ) byte = typed.pop();
}

function nextChunk(keyboard: Keyboard): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      keyboard.off('data', onData).off('end', onEnd).off('error', onError);
      keyboard.pause();
      act();
    };
    const onData = (chunk: Buffer | string): void => settle(() => resolve(Buffer.from(chunk)));
    const onEnd = (): void => settle(() => reject(new Interrupted('the input ended')));
    const onError = (error: Error): void => settle(() => reject(error));
    keyboard.on('data', onData).on('end', onEnd).on('error', onError).resume();
  });
}
