import { printable } from '../registry/printable.js';
import { age, bytes, rate, waiting } from './amounts.js';
import type { Figures } from './figures.js';
import type { Piece } from './style.js';
import { type Order, ordered } from './transfers.js';

/** Users that are shown at most. */
const USERS = 5;
const STRANGER = '-';

interface Column<Row> {
  readonly head: string;
  readonly width: number;
  readonly cell: (row: Row) => string;
  readonly isText?: boolean;
}

const ROUTE_COLUMNS: readonly Column<Figures['routes'][number]>[] = [
  { head: 'ROUTE', width: 14, cell: ({ route }) => route, isText: true },
  { head: 'REQ/S', width: 8, cell: ({ perSecond }) => rate(perSecond) },
  { head: '2XX', width: 8, cell: ({ classes }) => rate(classes['2xx']) },
  { head: '3XX', width: 7, cell: ({ classes }) => rate(classes['3xx']) },
  { head: '4XX', width: 7, cell: ({ classes }) => rate(classes['4xx']) },
  { head: '5XX', width: 7, cell: ({ classes }) => rate(classes['5xx']) },
  { head: 'P50', width: 9, cell: ({ latency }) => waiting(latency.p50) },
  { head: 'P95', width: 9, cell: ({ latency }) => waiting(latency.p95) },
  { head: 'P99', width: 9, cell: ({ latency }) => waiting(latency.p99) },
];

const USER_COLUMNS: readonly Column<Figures['users'][number]>[] = [
  { head: 'USER', width: 20, cell: ({ user }) => user ?? STRANGER, isText: true },
  { head: 'TRANSFERS', width: 10, cell: ({ transfers }) => String(transfers) },
  { head: 'BYTES', width: 10, cell: (user) => bytes(user.bytes) },
  { head: 'IN/S', width: 10, cell: ({ receivedPerSecond }) => bytes(receivedPerSecond) },
  { head: 'OUT/S', width: 10, cell: ({ sentPerSecond }) => bytes(sentPerSecond) },
];

const TRANSFER_COLUMNS: readonly Column<Figures['transfers'][number]>[] = [
  { head: 'IN/S', width: 8, cell: ({ receivedPerSecond }) => bytes(receivedPerSecond) },
  { head: 'OUT/S', width: 8, cell: ({ sentPerSecond }) => bytes(sentPerSecond) },
  { head: 'BYTES', width: 8, cell: ({ received, sent }) => bytes(received + sent) },
  { head: 'TIME', width: 7, cell: ({ seconds }) => age(seconds) },
  { head: 'USER', width: 12, cell: ({ user }) => user ?? STRANGER, isText: true },
  { head: 'CLIENT', width: 15, cell: ({ client }) => client, isText: true },
  { head: 'REQUEST', width: 0, cell: ({ method, target }) => `${method} ${target}`, isText: true },
];

/** The tables below the summary, in so many rows. Half of them are the transfers', and what others do not need. */
export function tables(figures: Figures, order: Order, rows: number): Piece[][] {
  const users = table(USER_COLUMNS, figures.users.slice(0, USERS));
  const least = Math.min(Math.ceil(rows / 2), figures.transfers.length + 1);
  const room = Math.max(0, rows - users.length - least);
  const routes = table(
    ROUTE_COLUMNS,
    figures.routes.filter(({ perSecond }) => perSecond > 0),
  ).slice(0, room);
  const left = Math.max(0, rows - users.length - routes.length);
  const transfers = table(TRANSFER_COLUMNS, ordered(figures.transfers, order).slice(0, left));
  return [...routes, ...users, ...transfers].slice(0, Math.max(0, rows));
}

/** Nothing at all without a row. */
function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Piece[][] {
  if (rows.length === 0) return [];
  const head = line(columns, (column) => column.head);
  return [
    [{ text: head, style: 'head' }],
    ...rows.map((row): Piece[] => [
      { text: line(columns, (column) => printable(column.cell(row))), style: 'plain' },
    ]),
  ];
}

function line<Row>(columns: readonly Column<Row>[], cell: (column: Column<Row>) => string): string {
  return columns
    .map((column) => {
      const text = cell(column);
      if (column.isText !== true) return text.padStart(column.width);
      if (column.width === 0) return text;
      return (text.length > column.width ? `${text.slice(0, column.width - 1)}~` : text).padEnd(column.width);
    })
    .join(' ');
}
