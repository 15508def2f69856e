import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { followConnection } from './connection-use.js';
import { noteConnectFailure } from './failure.js';

/**
 * Connects to a server by its own name. Left alone, undici would verify the certificate against the `Host` of the
 * request, which is the client's. An error that comes from here says that nothing was sent.
 */
export function connectorTo(
  hostname: string,
  options: buildConnector.BuildOptions,
): buildConnector.connector {
  const connect = buildConnector(options);
  const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '';
  return (target, callback) =>
    connect({ ...target, servername }, (error, socket) => {
      if (error !== null) {
        noteConnectFailure(error, target.protocol === 'https:');
        callback(error, null);
      } else if (socket !== null) {
        followConnection(socket);
        callback(null, socket);
      }
    });
}
