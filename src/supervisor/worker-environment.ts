/** What systemd tells a service about its own process. A child that found it would take it for its own. */
const ABOUT_ONE_PROCESS = /^(?:NOTIFY_SOCKET|LISTEN_(?:FDS|PID|FDNAMES|PIDFDID)|WATCHDOG_\w+)$/;

/** The environment of a worker: nothing in it is about the process that starts it. */
export function workerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ABOUT_ONE_PROCESS.test(name)));
}
