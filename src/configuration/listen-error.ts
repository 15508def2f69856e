import type { ListenAddress } from './configuration.js';
import { ConfigurationError } from './problem.js';

/** Why an address cannot be listened on, and what to do. */
export function listenError(address: ListenAddress, error: NodeJS.ErrnoException): ConfigurationError {
  const shown = address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program listens there already; stop it, or choose another port with --listen',
    EACCES:
      'ports below 1024 need a right that this user does not have; choose another port, or grant CAP_NET_BIND_SERVICE',
    EADDRNOTAVAIL: 'this machine does not have that address; use one that it has, or 0.0.0.0',
    ENOTFOUND: 'that host name cannot be resolved; give an address of this machine',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new ConfigurationError(
    [{ place: undefined, message: `listen: cannot listen on ${shown}: ${reason}` }],
    {
      cause: error,
    },
  );
}
