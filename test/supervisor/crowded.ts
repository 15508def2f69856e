import { Doors } from '../../src/supervisor/doors.js';
import { makeLogs } from '../../src/telemetry/logger.js';

/** A program of its own: a door that answers with its number and closes when the other side does. Tells its port. */
const { logger } = makeLogs('silent', { write: () => undefined });
const doors = new Doors({
  onConnection(socket, door) {
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.resume().write(String(door));
  },
  logger,
  paused: false,
});
const [address] = await doors.open([{ host: '127.0.0.1', port: 0 }]);
process.stdout.write(`${address?.port}\n`);
