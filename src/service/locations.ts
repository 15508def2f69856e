/** Where the parts of the service lie. All paths are those of the running system, also when they are written elsewhere. */
export const locations = {
  units: '/etc/systemd/system',
  serviceUnit: '/etc/systemd/system/dockgate.service',
  socketUnit: '/etc/systemd/system/dockgate.socket',
  /** systemd-sysusers makes the user that it names, also at the next start of a machine whose disk was prepared elsewhere. */
  userEntry: '/etc/sysusers.d/dockgate.conf',
  configurationDirectory: '/etc/dockgate',
  configuration: '/etc/dockgate/dockgate.yaml',
  /** The one place that the service writes to unless the configuration says otherwise; also its working directory. */
  state: '/var/lib/dockgate',
  logs: '/var/log/dockgate',
  runtime: '/run/dockgate',
  control: '/run/dockgate/control.sock',
} as const;

/** The user that the service runs as, unless told otherwise. */
export const usualUser = 'dockgate';

/** Whether a path is a directory, or something in it. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
