import path from 'node:path';

const inner = new Set(['sites-available', 'sites-enabled', 'conf.d', 'snippets']);

/** The directory that nginx takes relative paths from, as far as it can be told from where the files are. */
export function configurationPrefix(names: readonly string[], directory: string): string {
  const files = names.map((name) => path.resolve(directory, name));
  const main = files.find((file) => path.basename(file) === 'nginx.conf');
  if (main !== undefined) return path.dirname(main);
  const own = path.dirname(files[0] ?? directory);
  if (inner.has(path.basename(own))) return path.dirname(own);
  return own;
}
