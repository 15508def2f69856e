import type { Configuration } from '../configuration/configuration.js';
import { hardening } from './hardening.js';
import { isBelow, locations } from './locations.js';
import { sealed } from './sealed-text.js';
import { commandWord, unitSection } from './unit-text.js';

/** What the unit depends on. */
export interface UnitOptions {
  /** Path of Node. */
  readonly node: string;
  /** Path of dockgate's executable. */
  readonly program: string;
  /** Path of the configuration, in the running system. */
  readonly file: string;
  readonly user: string;
  readonly configuration: Configuration;
  /** The configuration names no control socket, so the unit does. */
  readonly namesControl: boolean;
}

/** Seconds without a sign of life after which systemd replaces the program. */
const WATCHDOG = 120;
/** Seconds that a start may take: a large registry is looked through. */
const START = 300;
/** Seconds on top of the grace period for what comes after it. */
const AFTER_GRACE = 30;
/** Connections, files and requests to the upstream, for each process. */
const FILES = 262_144;

/** The unit of the gateway. */
export function serviceUnit(options: UnitOptions): string {
  const { node, program, file, user, configuration, namesControl } = options;
  const call = (...words: string[]): string => [node, program, ...words].map(commandWord).join(' ');
  const workers = configuration.workers === undefined ? ['--workers', 'auto'] : [];
  const stop = Math.ceil(configuration.timeouts.grace / 1000) + AFTER_GRACE;
  return sealed(
    [
      '# Written by `dockgate service install`. Changes belong into a drop-in, which stays: systemctl edit dockgate.service\n',
      unitSection('Unit', [
        'Description=dockgate, HTTPS and passwords for a container registry',
        'Requires=dockgate.socket',
        'Wants=network-online.target',
        'After=network-online.target dockgate.socket',
        '# Give up when it fails ten times in a minute.',
        'StartLimitIntervalSec=60',
        'StartLimitBurst=10',
      ]),
      unitSection('Service', [
        'Type=notify',
        '# Messages are sent by the program systemd-notify.',
        'NotifyAccess=all',
        `User=${user}`,
        `WorkingDirectory=${locations.state}`,
        namesControl ? `Environment=DOCKGATE_CONTROL=${locations.control}` : undefined,
        `ExecStart=${call('serve', '--config', file, ...workers)}`,
        `ExecReload=${call('reload', '--config', file)}`,
        '# Stop ends the supervisor alone, and at once. Its workers finish their transfers on their own, within the grace',
        '# period, while a new supervisor answers on the same sockets: a restart drops and delays nothing.',
        'KillMode=process',
        `TimeoutStartSec=${START}`,
        `TimeoutStopSec=${stop}`,
        'SuccessExitStatus=143',
        'Restart=on-failure',
        'RestartSec=1',
        '# 2: the configuration is wrong, and the next try would find the same.',
        'RestartPreventExitStatus=2',
        `WatchdogSec=${WATCHDOG}`,
        '# A worker that the kernel kills for its memory is replaced by the supervisor.',
        'OOMPolicy=continue',
        `LimitNOFILE=${FILES}`,
        '',
        '# Directories that are there, and the only ones that can be written.',
        'StateDirectory=dockgate',
        'StateDirectoryMode=0700',
        'LogsDirectory=dockgate',
        'LogsDirectoryMode=0700',
        'RuntimeDirectory=dockgate',
        'RuntimeDirectoryMode=0700',
        isBelow(file, locations.configurationDirectory) ? 'ConfigurationDirectory=dockgate' : undefined,
        'UMask=0077',
        '',
        ...hardening(options),
      ]),
      unitSection('Install', ['WantedBy=multi-user.target', 'Also=dockgate.socket']),
    ].join('\n'),
  );
}
