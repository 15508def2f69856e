import { CommandFailure } from '../command-failure.js';
import type { Task } from './task.js';

/** Bytes of an answer that are read. */
const LONGEST = 1024;

/**
 * Asks before something is removed, unless `--yes` says that there is nothing to ask.
 *
 * @throws {CommandFailure} code 2 when nobody can be asked, code 1 when the answer is not yes.
 */
export async function confirmRemoval(task: Task, isConfirmed: boolean, question: string): Promise<void> {
  if (isConfirmed) return;
  requireSomebodyToAsk(task, isConfirmed);
  task.show(`${question} [y/N] `);
  const answer = await readLine(task);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CommandFailure('Nothing was removed.');
}

/** As early as possible, since what comes before the question may take long. */
export function requireSomebodyToAsk({ surroundings, flags }: Task, isConfirmed: boolean): void {
  if (isConfirmed) return;
  if (surroundings.keyboard.isTTY === true && flags.passwordStdin !== true && flags.json !== true) return;
  const reason = flags.json === true ? 'With --json nobody is asked' : 'There is no terminal to ask';
  throw new CommandFailure(
    `${reason} whether to remove anything. Say --yes to remove, or --dry-run to look.`,
    2,
  );
}

function readLine({ surroundings: { keyboard }, signal }: Task): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (act: () => void): void => {
      keyboard.off('data', onData).off('end', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      keyboard.pause();
      act();
    };
    const onData = (chunk: Buffer | string): void => {
      text += chunk.toString();
      const end = text.search(/[\r\n]/);
      if (end !== -1 || text.length > LONGEST) settle(() => resolve(end === -1 ? text : text.slice(0, end)));
    };
    const onEnd = (): void => settle(() => resolve(text));
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => settle(() => reject(signal.reason));
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort);
    keyboard.on('data', onData).on('end', onEnd).on('error', onError).resume();
  });
}
