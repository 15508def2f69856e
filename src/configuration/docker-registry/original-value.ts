import { parse } from 'yaml';

/** Variables of the environment that the old server ran with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Bytes of the content of a variable that are read as YAML; an address or a password is shorter. */
const longest = 4096;

/** What a key came to. */
export interface OriginalValue {
  /** Plain YAML: text, number, truth, list or mapping; undefined for nothing. */
  readonly value: unknown;
  /** Name of the variable that it was looked for in. */
  readonly variable?: string;
  /** The content of that variable is no YAML. */
  readonly isBroken?: boolean;
}

/**
 * What a value of docker-registry's file means. `_env:NAME[:default]` is the content of a variable of the environment, or
 * the default, read as YAML: `false` is no text there. Nothing written means that the key is not set.
 */
export function evaluate(written: unknown, environment: Environment): OriginalValue {
  if (typeof written !== 'string' || !written.startsWith('_env:')) return { value: written ?? undefined };
  const [, variable = '', ...rest] = written.split(':');
  const text = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
  return { variable, ...read(text ?? rest.join(':')) };
}

function read(text: string): OriginalValue {
  if (text.trim() === '') return { value: undefined };
  try {
    if (text.length > longest) throw new RangeError('too long');
    return { value: (parse(text, { schema: 'core', logLevel: 'error' }) as unknown) ?? undefined };
  } catch {
    return { value: undefined, isBroken: true };
  }
}

/** Whether Python's YAML takes it for true: it knows more words than today's. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|on|y)$/i.test(value));
}

/** Text, or a number as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
