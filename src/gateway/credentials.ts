import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.js';
import { formatProblem } from '../configuration/problem.js';
import { ServerCredentials } from '../tls/server-credentials.js';

/**
 * Opens the certificates that the gateway shows, and those by which it knows clients.
 *
 * @param onChange called when others hold, for connections to come.
 * @throws {ConfigurationError} when there is nothing that could be shown to clients
 */
export function openCredentials(
  configuration: Configuration,
  logger: Logger,
  onChange: () => void,
): Promise<ServerCredentials> {
  const { certs, pairs, hostnames, keyType, clientCertificates } = configuration;
  return ServerCredentials.open({
    ...{ certs, pairs, hostnames, keyType, clientCertificates, onChange },
    onProblem: (problem) => logger.warn({ problem: formatProblem(problem) }, 'a certificate cannot be used'),
    onNotice: (message) => logger.info(message),
  });
}
