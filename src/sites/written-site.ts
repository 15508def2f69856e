import { formatProblem, type Problem } from '../configuration/problem.js';
import { commentLines, itemLines, settingLines } from '../configuration/written-lines.js';
import type { Entry, Ledger, Left } from './ledger.js';

/** The text of a dockgate.yaml that says of every directive what became of it. @param origin `nginx`, and the files. */
export function writeSite(origin: string, ledger: Ledger): string {
  const lines = [
    ...commentLines(`Made by "dockgate import ${origin}".`),
    ...commentLines('Above each setting stands where it comes from. The settings: docs/configuration.md'),
    ...warnings(ledger.warnings),
    ...settings(ordered(ledger.entries), 0),
    ...left(ledger.left),
  ];
  return `${lines.join('\n')}\n`;
}

const order = [
  'listen',
  'hostname',
  'tls',
  'insecureHttp',
  'upstream',
  'htpasswd',
  'realm',
  'access',
  'trustedProxies',
  'timeouts',
  'log',
  'monitor',
];

function ordered(entries: readonly Entry[]): readonly Entry[] {
  const rank = ({ path: [first = ''] }: Entry): number => {
    const index = order.indexOf(first);
    return index === -1 ? order.length : index;
  };
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

function warnings(problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return [];
  return [
    '',
    '# Look at these first:',
    ...problems.flatMap((one) => commentLines(`- ${formatProblem(one)}`)),
  ];
}

/** Entries under their mappings. Those of one mapping stand together already. */
function settings(entries: readonly Entry[], depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const sections = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = entry.path[depth] ?? '';
    const known = sections.get(key);
    if (known === undefined) sections.set(key, [entry]);
    else known.push(entry);
  }
  return [...sections].flatMap(([key, inside]) => {
    const [first] = inside;
    const blank = depth === 0 ? [''] : [];
    if (first === undefined) return [];
    if (first.path.length > depth + 1) return [...blank, `${indent}${key}:`, ...settings(inside, depth + 1)];
    return [...blank, ...setting(key, first, indent)];
  });
}

function setting(key: string, { value, items, remark }: Entry, indent: string): readonly string[] {
  const comment = remark === '' ? [] : commentLines(remark, indent);
  if (items === undefined) return [...comment, ...settingLines(key, value, indent)];
  const inner = `${indent}  `;
  let before = '';
  const lines = items.flatMap((item) => {
    const isSame = item.remark === before || item.remark === '';
    before = item.remark;
    return [...(isSame ? [] : commentLines(item.remark, inner)), ...itemLines(item.value, inner)];
  });
  return [...comment, `${indent}${key}:`, ...lines];
}

/** What is left out for the same reason stands together. */
function left(all: readonly Left[]): readonly string[] {
  if (all.length === 0) return [];
  const byReason = new Map<string, Map<string, string[]>>();
  for (const { name, place, why } of all) {
    const names = byReason.get(why) ?? new Map<string, string[]>();
    byReason.set(why, names);
    names.set(name, [...(names.get(name) ?? []), place]);
  }
  const lines = ['', '# Not carried over:'];
  for (const [why, names] of byReason) {
    const subjects = [...names].map(([name, places]) => `${name} (${joinedPlaces(places)})`);
    lines.push(...commentLines(`- ${subjects.join(', ')}: ${why}`));
  }
  return lines;
}

/** `site.conf:1, 5, 9`. */
function joinedPlaces(places: readonly string[]): string {
  let file = '';
  const words = [...new Set(places)].map((place) => {
    const colon = place.lastIndexOf(':');
    const same = place.slice(0, colon) === file;
    file = place.slice(0, colon);
    return same ? place.slice(colon + 1) : place;
  });
  return words.join(', ');
}
