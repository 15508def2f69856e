import type { CrashContext } from './opening.js';
import type { Scrubber } from './scrubber.js';

/** An error as it may leave, and what is told beside it. */
export interface CrashReport {
  readonly error: Error;
  readonly details: Readonly<Record<string, string | number>>;
}

const LONGEST_MESSAGE = 1_000;
const LONGEST_FRAME = 300;
const LONGEST_DETAIL = 200;
const FRAMES = 50;
const CAUSES = 4;
const FRAME = /^\s+at \S/;
/** Members of node's errors that say what went wrong; others may hold anything. */
const TOLD = ['code', 'syscall', 'errno', 'status'];

/** Makes of whatever was thrown an error of our own that holds no secret. Never throws. */
export function presentable(thrown: unknown, context: CrashContext, scrubber: Scrubber): CrashReport {
  const details: Record<string, string | number> = {};
  const told: Record<string, unknown> = { request: context.id, route: context.route, worker: context.worker };
  for (const name of TOLD) told[name] = memberOf(thrown, name);
  for (const [name, value] of Object.entries(told)) {
    if (typeof value === 'number') details[name] = value;
    else if (typeof value === 'string')
      // An identifier of a request is random by nature, and ours.
      details[name] = (name === 'request' ? value : scrubber.text(value)).slice(0, LONGEST_DETAIL);
  }
  return { error: cleanError(thrown, scrubber, CAUSES), details };
}

/** The same report for what came again. Who is told does not listen to the same error twice, so it is another one. */
export function repeatedReport({ error, details }: CrashReport, repeated: number): CrashReport {
  const again = new Error(error.message);
  again.name = error.name;
  again.stack = error.stack ?? '';
  return { error: again, details: { ...details, repeated } };
}

/** What is taken for the same error: the same name at the same place, whatever numbers its message has. */
export function kindOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null)
    return `${typeof thrown} ${textOf(thrown).slice(0, 200)}`;
  const message = textOf(memberOf(thrown, 'message')).slice(0, 200);
  return [
    textOf(memberOf(thrown, 'name')).slice(0, 80),
    message.replace(/[0-9a-f]*[0-9][0-9a-f]*/gi, '#'),
    ...linesOf(thrown).slice(0, 3),
  ].join('\n');
}

function cleanError(thrown: unknown, scrubber: Scrubber, causes: number): Error {
  const isError = thrown instanceof Error;
  const message = isError
    ? textOf(memberOf(thrown, 'message'))
    : `thrown without an error: ${textOf(thrown)}`;
  const clean = new Error(scrubber.text(message).slice(0, LONGEST_MESSAGE));
  const name = textOf(memberOf(thrown, 'name'));
  clean.name = /^[A-Za-z][\w$.]{0,80}$/.test(name) && isError ? scrubber.text(name) : 'Error';
  const lines = linesOf(isError ? thrown : clean).map((line) => scrubber.text(line).slice(0, LONGEST_FRAME));
  clean.stack = [`${clean.name}: ${clean.message}`, ...lines].join('\n');
  const cause = memberOf(thrown, 'cause') ?? firstOf(memberOf(thrown, 'errors'));
  if (causes > 0 && cause !== undefined && cause !== null)
    Object.defineProperty(clean, 'cause', {
      value: cleanError(cause, scrubber, causes - 1),
      enumerable: false,
    });
  return clean;
}

/** The lines of a stack that name places. The message before them may have many lines, and is told apart from them. */
function linesOf(thrown: unknown): string[] {
  return textOf(memberOf(thrown, 'stack'))
    .slice(-32_768)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES);
}

/** Anything can be thrown, also what throws when it is looked at. */
function memberOf(thrown: unknown, name: string): unknown {
  try {
    return typeof thrown === 'object' && thrown !== null
      ? (thrown as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(errors: unknown): unknown {
  return Array.isArray(errors) ? errors[0] : undefined;
}

function textOf(value: unknown): string {
  try {
    return typeof value === 'string' ? value : String(value);
  } catch {
    return '';
  }
}
