import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { addConfigurationOptions, type Flags } from '../configuration/flags.js';
import type { ConfigurationInput } from '../configuration/input.js';
import { loadConfiguration } from '../configuration/load.js';
import { activatedSockets } from '../service/activation.js';
import { openNotification } from '../service/notification.js';
import { openLogs } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics/metrics.js';
import { CommandFailure } from './command-failure.js';
import { createFirstUser, discardAtSignal, discardFirstUser } from './first-user.js';
import { useBuffersOfThisThread } from './memory.js';
import { serveAlone } from './serve/alone.js';
import { reportCrashes } from './serve/crashes.js';
import type { Running } from './serve/running.js';
import { Server, type ServerOptions } from './serve/server.js';
import { serveWithWorkers } from './serve/several.js';
import { listenToSignals } from './serve/signals.js';
import { readVersion } from './version.js';
import { formatWelcome } from './welcome.js';

/** `dockgate serve`: the gateway, until a signal ends it. */
export function registerServeCommand(program: Command): void {
  const command = program
    .command('serve', { isDefault: true })
    .description(
      'put TLS and passwords in front of a registry, the one named by --upstream or the built-in one',
    );
  addConfigurationOptions(command).action(async (flags: Flags) => {
    const code = await serve({ flags, environment: { ...process.env }, directory: process.cwd() });
    if (code !== 0) throw new CommandFailure('', code);
  });
}

/** @returns the exit code */
async function serve(input: ConfigurationInput): Promise<number> {
  const descriptors = activatedSockets(process.env).map(({ fd }) => fd);
  const configuration = await loadConfiguration(input);
  const act = listenToSignals();
  useBuffersOfThisThread();
  const logs = openLogs(configuration.logLevel, configuration.log, {
    shared: configuration.workers !== undefined,
  });
  const { logger } = logs;
  const notification = openNotification(process.env, (sentence) => logger.warn(sentence));
  const version = readVersion();
  const crashes = await reportCrashes(configuration, { version, logs });
  try {
    const parts = { logs, descriptors, crashes, version, metrics: new Metrics({ version }) };
    const needsUser = configuration.upstream === undefined && !existsSync(configuration.htpasswd);
    const keep = needsUser ? discardAtSignal(configuration.htpasswd) : undefined;
    const firstUser = needsUser ? await createFirstUser(configuration.htpasswd) : undefined;
    const { server, running } = await start({ ...parts, input, configuration, notification }).catch(
      async (error: unknown) => {
        if (firstUser !== undefined) await discardFirstUser(configuration.htpasswd);
        throw error;
      },
    );
    keep?.();
    act(server);
    for (const { address, port } of running.addresses) logger.info({ address, port }, 'listening');
    process.stderr.write(formatWelcome(configuration, running, firstUser));
    const code = await server.ended().catch((error: unknown) => {
      throw new CommandFailure('the gateway could not be stopped cleanly', 1, { cause: error });
    });
    logger.info('stopped');
    return code;
  } finally {
    await notification?.settled();
    await crashes?.close();
    await logs.close();
  }
}

async function start(
  options: Omit<ServerOptions, 'running'>,
): Promise<{ readonly server: Server; readonly running: Running }> {
  const { configuration } = options;
  const running = await (configuration.workers === undefined ? serveAlone : serveWithWorkers)(
    configuration,
    options,
  );
  const server = new Server({ ...options, running });
  try {
    await server.start();
  } catch (error) {
    await running.abort();
    throw error;
  }
  return { server, running };
}
