import { many, one } from './setting.js';
import { fileOrOff } from './values/file-or-off.js';
import { formatListenAddress, listenAddress } from './values/listen-address.js';

/** The settings of how one looks inside, and tells the running program something. */
export const monitorSettings = {
  control: one('control', 'DOCKGATE_CONTROL', fileOrOff, './dockgate.sock', {
    description: 'Unix socket for dockgate reload and dockgate top; off for none.',
  }),
  monitor: many('monitor.listen', 'DOCKGATE_MONITOR_LISTEN', listenAddress, [], {
    description:
      'Addresses that answer /healthz, /readyz and /metrics over plain HTTP, without a password: not for the open network.',
    identity: (address) => (address.port === 0 ? undefined : formatListenAddress(address)),
  }),
};
