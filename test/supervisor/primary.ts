import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../src/configuration/load.js';
import { Doors } from '../../src/supervisor/doors.js';
import { Workforce } from '../../src/supervisor/workforce.js';
import { makeLogs } from '../../src/telemetry/logger.js';

/** A program of its own: a primary with one worker. Tells its port, and leaves the worker to itself when it is asked. */
const [directory = ''] = process.argv.slice(2);
const { logger } = makeLogs('error', process.stderr);
const configuration = await loadConfiguration({
  flags: { workers: '1', listen: ['127.0.0.1:0'] },
  environment: {},
  directory,
});
const doors = new Doors({ onConnection: (...both) => workforce.give(...both), logger, paused: true });
const addresses = await doors.open(configuration.listen);
const workforce = new Workforce({
  entry: fileURLToPath(new URL('./entry.js', import.meta.url)),
  configuration,
  addresses,
  logger,
});
await workforce.start();
process.once('message', async () => {
  doors.close();
  await workforce.stop({ detach: true });
  process.exit(0);
});
process.send?.(addresses[0]?.port);
