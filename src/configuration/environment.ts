import type { Flags } from './flags.js';
import { allSettings } from './settings.js';
import type { Source, Written } from './written.js';

/** What the flags say. */
export function readFlags(flags: Flags, directory: string): Source {
  const source = new Map<string, readonly Written[]>();
  for (const { path, flag } of allSettings) {
    const value = flag === undefined ? undefined : flags[flag.name];
    if (flag === undefined || value === undefined) continue;
    const [subject = flag.syntax] = flag.syntax.split(' ');
    const texts = typeof value === 'object' ? value : [String(value)];
    source.set(
      path,
      texts.map((text) => ({ text, subject, place: undefined, directory })),
    );
  }
  return source;
}

/**
 * What the environment says; commas separate the items of a list.
 * What is empty counts as absent: compose files and units cannot leave a variable out.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): Source {
  const source = new Map<string, readonly Written[]>();
  for (const { path, environment: subject, count } of allSettings) {
    const value = environment[subject] ?? '';
    const texts = (count === 'many' ? value.split(',') : [value]).map((text) => text.trim()).filter(Boolean);
    if (texts.length === 0) continue;
    source.set(
      path,
      texts.map((text) => ({ text, subject, place: undefined, directory })),
    );
  }
  return source;
}
