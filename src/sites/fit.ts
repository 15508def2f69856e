import { settings } from '../configuration/settings.js';
import type { Kind } from '../configuration/values/kind.js';

/** Whether the loader would take a text. Only that may be written. */
export function isFit(kind: Kind<unknown>, text: string): boolean {
  return 'value' in kind.parse(text, '/');
}

/** Milliseconds as a duration of the configuration; undefined when it cannot be one. */
export function durationText(milliseconds: number): string | undefined {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ];
  const [unit, size] = units.find(([, length]) => milliseconds % length === 0) ?? ['ms', 1];
  const text = `${milliseconds / size}${unit}`;
  return milliseconds > 0 && isFit(settings.idle.kind, text) ? text : undefined;
}
