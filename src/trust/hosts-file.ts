import type { Place } from './place.js';

/** The `hosts.toml` by which containerd finds a gateway and the authority in the file of that name beside it. */
export function hostsFile({ origin }: Place, certificate: string): string {
  return [
    `server = "${origin}"`,
    '',
    `[host."${origin}"]`,
    '  capabilities = ["pull", "resolve", "push"]',
    `  ca = "${certificate}"`,
    '',
  ].join('\n');
}

/** Whether a file that somebody else has written leads to that certificate, by a `ca` line with its name or its whole path. */
export function refersTo(text: string, certificate: string, path: string): boolean {
  const lines = text.split('\n').filter((line) => /^\s*ca\s*=/.test(line));
  return lines.some((line) =>
    [certificate, path].some((name) => line.includes(`"${name}"`) || line.includes(`'${name}'`)),
  );
}

/** What a person adds to such a file. */
export function mergeHint({ origin }: Place, path: string): string {
  return `It stays as it is. Add to its [host."${origin}"] table: ca = "${path}"`;
}
