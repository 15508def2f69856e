/** The first descriptor that systemd hands over (sd_listen_fds(3)). */
const FIRST = 3;
/** What a service is told by systemd about itself, and what its children must not take for theirs. */
const ABOUT_THIS_PROCESS = /^(?:NOTIFY_SOCKET|LISTEN_(?:FDS|PID|FDNAMES|PIDFDID)|WATCHDOG_\w+)$/;

/**
 * The listening sockets that this process was started with (sd_listen_fds(3)); none without socket activation.
 *
 * @param environment loses the variables that say so: they hold for this process alone
 */
export function activatedDescriptors(environment: NodeJS.ProcessEnv): readonly number[] {
  const { LISTEN_FDS: count, LISTEN_PID: pid } = environment;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete environment[name];
  if (count === undefined || pid !== String(process.pid) || !/^\d{1,4}$/.test(count)) return [];
  return Array.from({ length: Number(count) }, (_, index) => FIRST + index);
}

/** The environment of a worker: nothing in it is about the process that starts it. */
export function workerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ABOUT_THIS_PROCESS.test(name)));
}
