import { printable } from '../registry/printable.js';
import { age, bytes, rate, waiting } from './amounts.js';
import type { Figures, Latency } from './figures.js';
import type { Piece, Style } from './style.js';
import { tables } from './tables.js';
import type { Order } from './transfers.js';

/** How a frame is shown. */
export interface FrameOptions {
  readonly rows: number;
  readonly order: Order;
  /** Why there is nothing newer; undefined: all is well. */
  readonly trouble: string | undefined;
}

/** The lines of one view, no more than there are rows. What came from the network is made harmless here. */
export function frameOf(figures: Figures, { rows, order, trouble }: FrameOptions): (readonly Piece[])[] {
  const lines = [
    title(figures),
    ...(trouble === undefined ? [] : [[piece(printable(trouble), 'bad')]]),
    ...summary(figures),
    ...upstream(figures),
    ...workers(figures),
    [],
  ];
  return [...lines, ...tables(figures, order, rows - lines.length - 1), hint(order)].slice(0, rows);
}

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style };
}

function title({ version, uptime, generation, isStopping, workers: all, seconds }: Figures): Piece[] {
  const parts = [
    uptime === undefined ? undefined : `up ${age(uptime)}`,
    generation === undefined ? undefined : `configuration ${generation}`,
    all.length === 0 ? undefined : `${all.length} workers`,
    `last ${seconds.toFixed(1)} s`,
  ];
  return [
    piece(`dockgate ${printable(version ?? '')}`, 'bold'),
    piece(`  ${parts.filter((part) => part !== undefined).join('  ')}`),
    ...(isStopping ? [piece('  stopping', 'bad')] : []),
  ];
}

function summary(figures: Figures): Piece[][] {
  const { classes, latency, authentication, eventLoopDelay, memory, processor } = figures;
  const failed = classes['5xx'] + classes.none;
  return [
    [
      piece('requests  ', 'dim'),
      piece(`${rate(figures.perSecond)}/s`, 'bold'),
      piece(`  2xx ${rate(classes['2xx'])}  3xx ${rate(classes['3xx'])}  4xx ${rate(classes['4xx'])}  `),
      piece(`5xx ${rate(classes['5xx'])}  cut ${rate(classes.none)}`, failed > 0 ? 'bad' : 'plain'),
      piece(`  ${percentiles(latency)}`),
    ],
    [
      piece('bytes     ', 'dim'),
      piece(`in ${bytes(figures.receivedPerSecond)}/s  out ${bytes(figures.sentPerSecond)}/s`, 'bold'),
      piece(`  under way ${figures.openExchanges}  connections ${figures.openConnections}`),
    ],
    [
      piece('logins    ', 'dim'),
      piece(
        `good ${rate(authentication.grantedPerSecond)}/s  refused ${rate(authentication.refusedPerSecond)}/s  `,
      ),
      piece(`waiting ${authentication.queue}`, authentication.queue > 0 ? 'bad' : 'plain'),
    ],
    [
      piece('process   ', 'dim'),
      piece(
        `processor ${Math.round(processor * 100)}%  memory ${memory === undefined ? '-' : bytes(memory)}  `,
      ),
      piece(`event loop p99 ${waiting(eventLoopDelay)}`, (eventLoopDelay ?? 0) > 0.1 ? 'bad' : 'plain'),
    ],
  ];
}

function upstream({ upstream: servers }: Figures): Piece[][] {
  return servers.map(({ server, isUp, perSecond, failuresPerSecond, latency }) => [
    piece('upstream  ', 'dim'),
    piece(isUp ? 'up   ' : 'DOWN ', isUp ? 'good' : 'bad'),
    piece(`${printable(server)}  ${rate(perSecond)}/s  ${percentiles(latency)}  `),
    piece(`failures ${rate(failuresPerSecond)}/s`, failuresPerSecond > 0 ? 'bad' : 'plain'),
  ]);
}

function workers({ workers: all }: Figures): Piece[][] {
  if (all.length === 0) return [];
  const now = Date.now();
  const shown = all.map(
    ({ number, pid, state, since, exchanges }) =>
      `#${number} ${printable(String(state))} ${pid} ${age(Math.max(0, (now - since) / 1000))} ${exchanges}`,
  );
  return [[piece('workers   ', 'dim'), piece(shown.join('  '))]];
}

function percentiles({ p50, p95, p99 }: Latency): string {
  return `p50 ${waiting(p50)}  p95 ${waiting(p95)}  p99 ${waiting(p99)}`;
}

function hint(order: Order): Piece[] {
  return [piece(`sorted by ${order}   r rate  b bytes  t time  u user  q quit`, 'dim')];
}
