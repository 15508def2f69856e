import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

import { PONG } from '../fixture/image.js';

/** Milliseconds between an answer and the next question. */
const PAUSE = 2;

/**
 * Asks for the ping without a password, on one kept connection, one question at a time.
 *
 * @param milliseconds how long to go on asking
 * @returns milliseconds that each answer took, sorted
 * @throws when an answer is not a 200
 */
export async function ping(port: number, milliseconds: number): Promise<number[]> {
  let socket = await open(port);
  const request = `GET /_ping HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  try {
    while (performance.now() < end) {
      const start = performance.now();
      socket.write(request);
      const head = await answer(socket);
      times.push(performance.now() - start);
      // nginx gives up a connection after a thousand requests.
      if (/\r\nconnection: close/i.test(head)) {
        socket.destroy();
        socket = await open(port);
      }
      await delay(PAUSE);
    }
  } finally {
    socket.destroy();
  }
  return times.sort((one, other) => one - other);
}

async function open(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.setEncoding('latin1').setNoDelay(true);
  await once(socket, 'secureConnect');
  return socket;
}

/** Waits for a whole answer. @returns its head */
function answer(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const finish = (settle: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      settle();
    };
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (): void => onError(new Error('the connection that pings was closed'));
    const onData = (text: string): void => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = received.slice(0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      const whole =
        length === undefined ? received.endsWith('0\r\n\r\n') : received.length >= end + 4 + Number(length);
      if (!whole) return;
      // An answer of the gateway's own would be quick as well: the body shows that it is the registry's.
      if (head.startsWith('HTTP/1.1 200 ') && received.includes(PONG, end)) finish(() => resolve(head));
      else onError(new Error(`the ping was answered with ${received.slice(0, 200)}`));
    };
    socket.on('data', onData).once('error', onError).once('close', onClose);
  });
}

/** The value below which so large a share of the sorted values lies. @param share from 0 to 1 */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
