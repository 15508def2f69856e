import { isatty } from 'node:tty';

/** What a signal asks for. */
export interface SignalActions {
  /** SIGTERM or SIGINT for the first time. */
  stop(signal: NodeJS.Signals): void;
  /** A second one. */
  abort(signal: NodeJS.Signals): void;
  /** SIGHUP: files were rotated, or the configuration has changed. */
  reload(): void;
}

/**
 * Listens to signals from now on. SIGHUP must not end a service, as it does by default, not even one that is still
 * starting; but it ends a process whose terminal is gone.
 *
 * @returns what is to be called with the actions once there is something to act on; signals that came before count then
 */
export function listenToSignals(): (actions: SignalActions) => void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  let actions: SignalActions | undefined;
  let hasMissed = false;
  const onHangup = (): void => {
    // The other end of a terminal that is gone answers no questions.
    const isAbandoned = terminals.length > 0 && !terminals.some((descriptor) => isatty(descriptor));
    if (isAbandoned) {
      process.off('SIGHUP', onHangup);
      process.kill(process.pid, 'SIGHUP');
    } else if (actions === undefined) hasMissed = true;
    else actions.reload();
  };
  process.on('SIGHUP', onHangup);
  return (given) => {
    actions = given;
    let isStopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (isStopping) given.abort(signal);
        else given.stop(signal);
        isStopping = true;
      });
    }
    if (hasMissed) given.reload();
  };
}
