import type { Closer } from '../backend.js';
import type { Configuration } from '../configuration/configuration.js';
import { formatProblem } from '../configuration/problem.js';
import { certificateSource } from '../telemetry/metrics/sources.js';
import { ServerCredentials } from '../tls/server-credentials.js';
import type { Lasting } from './lasting.js';

/** The certificates, and whoever has to know when others hold. */
export interface CredentialHolder {
  /** undefined: plain HTTP is spoken. */
  readonly credentials: ServerCredentials | undefined;
  renew: () => void;
}

/** The settings that the certificates depend on. */
export function credentialSettings(configuration: Configuration): object {
  const { insecureHttp, certs, pairs, hostnames, keyType, clientCertificates } = configuration;
  return insecureHttp
    ? { insecureHttp }
    : { certs, pairs, hostnames, keyType, clientCertificates: clientCertificates ?? null };
}

/**
 * Opens the certificates that the gateway shows, and those by which it knows clients.
 *
 * @param closers gets what is to be closed
 * @throws {ConfigurationError} when there is nothing that could be shown to clients
 */
export async function openCredentials(
  configuration: Configuration,
  { logs: { logger }, metrics, ticketKeys }: Pick<Lasting, 'logs' | 'metrics' | 'ticketKeys'>,
  closers: Closer[],
): Promise<CredentialHolder> {
  if (configuration.insecureHttp) return { credentials: undefined, renew: () => {} };
  const { certs, pairs, hostnames, keyType, clientCertificates } = configuration;
  let holder: CredentialHolder | undefined;
  const credentials = await ServerCredentials.open({
    ...{ certs, pairs, hostnames, keyType, clientCertificates, ticketKeys },
    onChange: () => holder?.renew(),
    onProblem: (problem) => logger.warn({ problem: formatProblem(problem) }, 'a certificate cannot be used'),
    onNotice: (message) => logger.info(message),
  });
  closers.push(metrics.follow(certificateSource(credentials)), () => credentials.close());
  holder = { credentials, renew: () => {} };
  return holder;
}
