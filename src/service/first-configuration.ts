import { locations } from './locations.js';

/** What the operator may choose before there is a configuration. */
export interface FirstChoices {
  readonly listen: readonly string[];
  readonly hostnames: readonly string[];
  readonly upstream: string | undefined;
}

/** Settings of the first configuration that are paths: one place for all that the service writes. */
const paths = {
  htpasswd: `${locations.state}/dockgate.htpasswd`,
  robots: `${locations.state}/dockgate.tokens`,
  certs: `${locations.state}/certs`,
  data: `${locations.state}/data`,
};

const usualListen = ['0.0.0.0:8443'];

/** The first `dockgate.yaml`, with a comment for every line that somebody may want to change. */
export function firstConfiguration({ listen, hostnames, upstream }: FirstChoices): string {
  return `# Configuration of dockgate.service. After a change:
#   dockgate check --config ${locations.configuration}
#   systemctl reload dockgate.service
# All settings: docs/configuration.md. What the service writes lies in ${locations.state}, because it may write nowhere else.

# Where clients come. dockgate.socket listens here, on behalf of dockgate: after a change of this line run
# \`dockgate service install\` again.
listen: ${list(listen.length > 0 ? listen : usualListen)}

# Names and addresses that clients use; they go into the certificate that dockgate makes. Without any: all of this machine.
${hostnames.length > 0 ? `hostname: ${list(hostnames)}` : '#hostname: [registry.example.com]'}

# The registry behind. Without it the built-in one answers, out of \`data\`.
${upstream === undefined ? '#upstream: http://localhost:5000' : `upstream: ${JSON.stringify(upstream)}`}
data: ${paths.data}

# Processes that share the work; auto: one a processor. With them a restart does not cut off running transfers.
workers: auto

# Users: dockgate user add NAME --htpasswd ${paths.htpasswd}
htpasswd: ${paths.htpasswd}

auth:
  # Tokens of programs: dockgate token create NAME --tokens ${paths.robots}
  robots: ${paths.robots}

# Directory of dockgate's own authority and certificate.
certs: ${paths.certs}

# A certificate of your own in place of that. The user of the service must be able to read the key.
#tls:
#  pairs:
#    - certificate: ${locations.configurationDirectory}/tls/registry.example.com.crt
#      key: ${locations.configurationDirectory}/tls/registry.example.com.key

# For systemctl reload, dockgate top and dockgate service status.
control: ${locations.control}

# Health and metrics, over plain HTTP and without a password.
#monitor:
#  listen: 127.0.0.1:9090

# Who logged in, pushed, deleted or was refused.
#audit:
#  file: ${locations.logs}/audit.log
`;
}

/** The same as {@link firstConfiguration} in variables, so that it can be read before the file is there. */
export function firstEnvironment({ listen, hostnames, upstream }: FirstChoices): Record<string, string> {
  return {
    DOCKGATE_LISTEN: (listen.length > 0 ? listen : usualListen).join(','),
    DOCKGATE_HOSTNAME: hostnames.join(','),
    DOCKGATE_UPSTREAM: upstream ?? '',
    DOCKGATE_DATA: paths.data,
    DOCKGATE_WORKERS: 'auto',
    DOCKGATE_HTPASSWD: paths.htpasswd,
    DOCKGATE_AUTH_ROBOTS: paths.robots,
    DOCKGATE_CERTS: paths.certs,
    DOCKGATE_CONTROL: locations.control,
  };
}

function list(items: readonly string[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
}
