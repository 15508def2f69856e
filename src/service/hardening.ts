import type { Configuration } from '../configuration/configuration.js';
import { isBelow } from './locations.js';
import { unitPath } from './unit-text.js';
import { writtenDirectories } from './written-directories.js';

/** What the service is kept from depends on where its parts lie. */
export interface HardeningOptions {
  readonly node: string;
  readonly program: string;
  readonly file: string;
  readonly configuration: Configuration;
}

/** Directories that `ProtectHome=` hides. */
const homes = ['/home', '/root', '/run/user'];
/** The first port that every user may listen on. */
const FIRST_FREE_PORT = 1024;

/**
 * Lines that take from the service what it does not need (systemd.exec(5)). `MemoryDenyWriteExecute=` is not among them:
 * V8 compiles JavaScript to machine code while it runs.
 */
export function hardening(options: HardeningOptions): readonly string[] {
  const written = writtenDirectories(options.configuration);
  const capability = needsLowPort(options.configuration) ? 'CAP_NET_BIND_SERVICE' : '';
  return [
    '# What a gateway does not need. Not here: MemoryDenyWriteExecute, since V8 compiles while it runs.',
    'ProtectSystem=strict',
    ...written.map((path) => `ReadWritePaths=${unitPath(path)}`),
    isInHome(options, written) ? 'ProtectHome=read-only' : 'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'DevicePolicy=closed',
    'PrivateMounts=yes',
    // In a name space of users of its own no capability would reach the machine's ports.
    ...(capability === '' ? ['PrivateUsers=yes'] : []),
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'ProcSubset=pid',
    'KeyringMode=private',
    'RemoveIPC=yes',
    'NoNewPrivileges=yes',
    `CapabilityBoundingSet=${capability}`,
    `AmbientCapabilities=${capability}`,
    'LockPersonality=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    '# AF_NETLINK: by it the addresses of this machine are found, for the certificate.',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    '# Threads that check passwords step back behind those that move bytes.',
    'SystemCallFilter=setpriority',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** The sockets of clients are systemd's; only the listener for health and metrics is opened by the gateway itself. */
function needsLowPort({ monitor }: Configuration): boolean {
  return monitor.some(({ port }) => port > 0 && port < FIRST_FREE_PORT);
}

function isInHome(options: HardeningOptions, written: readonly string[]): boolean {
  const { node, program, file, configuration } = options;
  const pairs = configuration.pairs.flatMap(({ certificate, key }) => [certificate, key]);
  const paths = [node, program, file, configuration.htpasswd, ...pairs, ...written];
  return paths.some((path) => homes.some((home) => isBelow(path, home)));
}
