import type { Outcome, TrustResult } from './trust-work.js';
import { visible } from './visible.js';

const done: Readonly<Record<Outcome['work'], string>> = {
  write: 'written',
  replace: 'replaced, an earlier authority was there',
  remove: 'removed',
  nothing: 'already trusted',
  refuse: 'left as it is',
  fail: 'not changed',
};
const wouldBe: Readonly<Record<Outcome['work'], string>> = {
  ...done,
  write: 'would be written',
  replace: 'would be replaced, an earlier authority is there',
  remove: 'would be removed',
};

/** The result for a terminal. Complaints go elsewhere. */
export function formatTrust(result: TrustResult): string {
  const { authority, dry, remove } = result;
  const rows: string[][] = [
    ...(authority.name === undefined ? [] : [['authority', visible(authority.name)]]),
    ['sha-256', authority.fingerprint],
    ...(authority.notAfter === undefined ? [] : [['until', authority.notAfter]]),
    ...(authority.source === undefined ? [] : [['from', authority.source]]),
  ];
  const words = { ...(dry ? wouldBe : done), ...(remove ? { nothing: 'not there' } : {}) };
  for (const { client, path, work } of result.files) rows.push([client, `${path}: ${words[work]}`]);
  for (const line of result.commands) rows.push([dry ? 'would run' : 'ran', line]);
  const width = Math.max(...rows.map(([label = '']) => label.length));
  const lines = rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${value}`);
  if (result.toType.length > 0) lines.push('', 'Type this:', ...result.toType.map((line) => `  ${line}`));
  if (result.notices.length > 0) lines.push('', ...result.notices);
  if (result.variables.length > 0) {
    lines.push('', 'For programs that look elsewhere:');
    for (const { name, value, note } of result.variables) lines.push(`  ${name}=${value}  # ${note}`);
    const [node] = result.variables;
    lines.push(`  git config --global http.https://${result.host}/.sslCAInfo ${node?.value ?? ''}`);
  }
  return lines.join('\n');
}
