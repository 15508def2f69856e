import type { Target } from './target.js';

const NAMES = new Set(['mount', 'from']);

/**
 * The same target without the wish to take a blob over from another repository (OCI end-11): whatever any reader would
 * take for `mount` or `from`, however it is spelled. The other parameters stay as they are, byte for byte.
 */
export function withoutMount(target: Target): Target {
  const query = target.query
    .split('&')
    .filter((parameter) => ![...new URLSearchParams(parameter).keys()].some((name) => NAMES.has(name)))
    .join('&');
  return { raw: query === '' ? target.path : `${target.path}?${query}`, path: target.path, query };
}
