import type { Part } from './site-policy.js';

type Path = Part['paths'][number];

const starts = ['/v2/', '/v1/repositories/'];
const ends = /\/(?:manifests|blobs|tags|referrers|images|json|layer|auth|properties)(?:\/|$)/;
const fit = /^[A-Za-z0-9._*-]+(?:\/[A-Za-z0-9._*-]+)*$/;

/** Patterns of the repositories that paths below one that begins so are about; empty: none in particular. */
export function repositoryPatterns({ path, isWhole }: Path): readonly string[] {
  const start = starts.find((one) => path.startsWith(one) && path.length > one.length);
  if (start === undefined) return [];
  const rest = path.slice(start.length);
  const end = ends.exec(rest);
  const name = end === null ? rest : rest.slice(0, end.index);
  if (name.startsWith('_') || name === '**' || name === '' || name === '/') return [];
  const isComplete = end !== null || isWhole;
  return written(name, isComplete).filter((pattern) => isUsable(pattern));
}

/** Whether paths that begin so are about a part of what a repository has: one tag, one digest. */
export function isWithinRepository({ path }: Path): boolean {
  const start = starts.find((one) => path.startsWith(one));
  return start !== undefined && ends.test(path.slice(start.length));
}

function written(name: string, isComplete: boolean): readonly string[] {
  if (isComplete) return [name.replace(/\/$/, '')];
  if (name.endsWith('/**') || name.endsWith('/')) {
    // `/v2/a/manifests/` begins with `/v2/a/` as well.
    const base = name.replace(/\/(?:\*\*)?$/, '');
    return [base, `${base}/**`];
  }
  const open = name.replace(/\*+$/, '');
  return [`${open}*`, `${open}*/**`];
}

function isUsable(pattern: string): boolean {
  return (
    fit.test(pattern) &&
    pattern.length < 200 &&
    pattern.split('/').every((part) => part === '**' || (!part.includes('**') && !/^\.{1,2}$/.test(part))) &&
    pattern.split('/').filter((part) => part === '**').length <= 3
  );
}

/** Names that a pattern fits, such as nobody has: what is decided about them is decided about all. */
export function sampleNames(pattern: string): readonly string[] {
  const plain = (text: string): string => text.replaceAll('*', 'q7x');
  const parts = pattern.split('/');
  const index = parts.indexOf('**');
  if (index === -1) return [plain(pattern)];
  return ['q7x', 'q7x/r8y', 'q7x/r8y/s9z'].map((deep) =>
    parts.map((part) => (part === '**' ? deep : plain(part))).join('/'),
  );
}

/** Text that every name begins with which a pattern fits. */
export function literalStart(pattern: string): string {
  const star = pattern.indexOf('*');
  return star === -1 ? pattern : pattern.slice(0, star);
}
