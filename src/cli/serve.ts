import { existsSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { addConfigurationOptions, type Flags } from '../configuration/flags.js';
import { loadConfiguration } from '../configuration/load.js';
import { type Gateway, startGateway } from '../gateway.js';
import { openLogs } from '../telemetry/logger.js';
import { CommandFailure } from './command-failure.js';
import { createFirstUser, discardFirstUser, type FirstUser } from './first-user.js';
import { useBuffersOfThisThread } from './memory.js';
import { formatWelcome } from './welcome.js';

/** `dockgate serve`: the gateway, until a signal ends it. */
export function registerServeCommand(program: Command): void {
  const command = program
    .command('serve', { isDefault: true })
    .description(
      'put TLS and passwords in front of a registry, the one named by --upstream or the built-in one',
    );
  addConfigurationOptions(command).action(async (flags: Flags) => {
    await serve(flags);
  });
}

async function serve(flags: Flags): Promise<void> {
  const configuration = await loadConfiguration({
    flags,
    environment: process.env,
    directory: process.cwd(),
  });
  const hasStarted = followHangups();
  useBuffersOfThisThread();
  const logs = openLogs(configuration.logLevel);
  const { logger } = logs;
  try {
    let firstUser: FirstUser | undefined;
    if (configuration.upstream === undefined && !existsSync(configuration.htpasswd)) {
      firstUser = await createFirstUser(configuration.htpasswd);
    }
    const gateway = await startGateway(configuration, logs).catch(async (error: unknown) => {
      if (firstUser !== undefined) await discardFirstUser(configuration.htpasswd);
      throw error;
    });
    hasStarted(gateway);
    for (const { address, port } of gateway.addresses) logger.info({ address, port }, 'listening');
    process.stderr.write(formatWelcome(configuration, gateway, firstUser));
    await untilStopped(gateway, configuration.timeouts.grace, (signal, first) =>
      logger.info({ signal }, first ? 'stopping: running transfers may finish' : 'stopping at once'),
    );
    logger.info('stopped');
  } finally {
    await logs.close();
  }
}

/**
 * From now on SIGHUP tells that files were rotated. It must not end a service, as it does by default, not even one that is
 * still starting; but it ends a process whose terminal was closed, where there is nothing to reopen.
 *
 * @returns what is to be called with the gateway when there is one
 */
function followHangups(): (gateway: Gateway) => void {
  let running: Gateway | undefined;
  let missed = false;
  const onHangup = (): void => {
    if (running === undefined) missed = true;
    else if (running.reopen !== undefined) void running.reopen();
    else if ([0, 1, 2].some((descriptor) => isatty(descriptor))) {
      process.off('SIGHUP', onHangup);
      process.kill(process.pid, 'SIGHUP');
    }
  };
  process.on('SIGHUP', onHangup);
  return (gateway) => {
    running = gateway;
    if (missed) onHangup();
  };
}

/** Waits for a signal, then for running transfers, at most so many milliseconds; a second signal ends at once. */
async function untilStopped(
  gateway: Gateway,
  grace: number,
  onSignal: (signal: NodeJS.Signals, first: boolean) => void,
): Promise<void> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  await new Promise<void>((resolve, reject) => {
    let stopping = false;
    const abort = (): void => {
      gateway.abort().then(resolve, reject);
    };
    const onSignalled = (signal: NodeJS.Signals): void => {
      onSignal(signal, !stopping);
      if (stopping) {
        abort();
        return;
      }
      stopping = true;
      setTimeout(abort, grace).unref();
      gateway.stop().then(resolve, reject);
    };
    for (const signal of signals) process.on(signal, onSignalled);
  }).catch((error: unknown) => {
    throw new CommandFailure('the gateway could not be stopped cleanly', 1, { cause: error });
  });
}
