import { Doors } from '../../src/supervisor/doors.js';
import { makeLogs } from '../../src/telemetry/logger.js';

/** A program of its own: a door at the socket that it was started with. Tells where that is. */
const { logger } = makeLogs('silent', { write: () => undefined });
const onConnection = (socket: import('node:net').Socket, door: number): unknown => socket.end(String(door));
const doors = new Doors({ onConnection, logger, paused: false, descriptors: [3] });
const ports = (await doors.open([{ host: '127.0.0.1', port: 1 }])).map(({ port }) => port);
const again = (await doors.open([])).map(({ port }) => port);
const wrong = new Doors({ onConnection, logger, paused: false, descriptors: [0] });
const problem = await wrong.open([]).then(
  () => 'none',
  (error: Error) => error.message,
);
process.stdout.write(`${JSON.stringify({ ports, again, problem })}\n`);
