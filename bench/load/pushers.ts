import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../stage.js';

/** What clients that push at the same time have to do. */
export interface PushOrder {
  readonly port: number;
  /** Value of the `Authorization` field. */
  readonly authorization: string;
  /** Beginning of the names of the repositories, one for each client. */
  readonly repository: string;
  readonly clients: number;
  /** Layers of each image, all of them new content. */
  readonly layers: number;
  readonly layerBytes: number;
}

/** How it went. */
export interface PushReport {
  /** From the first connection to the last answer. */
  readonly seconds: number;
  /** Processor time of the clients meanwhile. */
  readonly processorSeconds: number;
  readonly requests: number;
  /** Seconds that one client took. */
  readonly slowest: number;
  readonly fastest: number;
}

/** Clients whose layers are made, so that only pushing them is still to be done. */
export interface Pushers {
  push(): Promise<PushReport>;
}

/** Starts the clients in a process of their own, and waits until it is ready. */
export async function preparePushers(stage: Stage, order: PushOrder): Promise<Pushers> {
  const program = fileURLToPath(new URL('./pushing.js', import.meta.url));
  const child = stage.children.start(process.execPath, [program], {
    cwd: stage.directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the pushing clients cannot be spoken to');
  stdin.on('error', () => {});
  const ended = once(child, 'close');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the pushing clients failed');
    return line.value;
  };
  stdin.write(`${JSON.stringify(order)}\n`);
  await next();
  return {
    async push() {
      stdin.write('go\n');
      const report = JSON.parse(await next()) as PushReport;
      await ended;
      return report;
    },
  };
}
