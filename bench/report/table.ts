import type { Environment } from '../machine/environment.js';
import { isMet, type Line, type RowResult, type Target } from './row-result.js';

/** A number with three figures, and no more than it needs. */
function short(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

function said({ limit, of }: Target): string {
  return of === 'ratio' ? `ratio <= ${limit}` : `<= ${limit}`;
}

function cells(row: RowResult, line: Line): string[] {
  const met = isMet(row);
  const isSubject = line.contender === row.subject;
  const targets = isSubject ? row.targets.map(said).join(', ') : '';
  const verdict = isSubject && met !== undefined ? (met ? 'met' : 'missed') : '';
  const spread = `${short(Math.min(...line.values))} - ${short(Math.max(...line.values))}`;
  return [
    line.contender,
    `${short(line.median)} ${row.unit}`,
    line.values.length > 1 ? spread : '',
    line.ratio === undefined ? '' : short(line.ratio),
    targets,
    verdict,
    Object.entries(line.details)
      .map(([name, value]) => `${name} ${short(value)}`)
      .join(', '),
  ];
}

const HEAD = ['', 'median', 'least - most', 'ratio', 'target', '', 'also'];

/** The table for people. */
export function formatTable(
  environment: Environment,
  rows: readonly RowResult[],
  missing: readonly string[],
): string {
  const blocks = rows.map((row) => {
    const lines = [HEAD, ...row.lines.map((line) => cells(row, line))];
    const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    const text = lines.map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    const baseline = row.baseline === undefined ? '' : ` (ratio: to ${row.baseline})`;
    return `${row.name}: ${row.title}${baseline}\n${text.map((line) => `  ${line}`).join('\n')}\n`;
  });
  const versions = Object.entries(environment.versions).map(([name, version]) => `${name} ${version}`);
  const head = [
    `dockgate ${environment.dockgate}, ${environment.date}`,
    `${environment.processors} x ${environment.processor}, ${environment.memory} GB, Linux ${environment.kernel}`,
    versions.join(', '),
  ].join('\n');
  const tail = missing.map((sentence) => `left out: ${sentence}\n`).join('');
  return `${head}\n\n${blocks.join('\n')}${tail === '' ? '' : `\n${tail}`}`;
}
