import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** One row of the documentation: a request, and what each of the two does with it. */
export interface DifferenceRow {
  readonly nginx: string;
  readonly dockgate: string;
  readonly reason: string;
}

const page = resolve(import.meta.dirname, '../../../../docs/nginx-differences.md');

function unquoted(cell: string): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? cell;
}

/**
 * The rows of `docs/nginx-differences.md`, by their first column. The page is the only place where they are written;
 * the tests compare both servers with it.
 */
export function readDifferenceTable(): Map<string, DifferenceRow> {
  const rows = new Map<string, DifferenceRow>();
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    if (!line.startsWith('| ')) continue;
    const [request = '', nginx = '', dockgate = '', reason] = line.slice(2, -2).split(' | ');
    const isRow = reason !== undefined && nginx !== 'nginx' && !request.startsWith('--');
    if (!isRow) continue;
    if (rows.has(request)) throw new Error(`${page} has two rows for ${request}`);
    rows.set(request, { nginx: unquoted(nginx), dockgate: unquoted(dockgate), reason });
  }
  return rows;
}
