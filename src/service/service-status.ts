import { askControl } from './control-question.js';
import { locations } from './locations.js';
import type { Machine } from './machine.js';
import { contentOf } from './placed-file.js';
import { ServiceFailure } from './service-failure.js';

/** How the service does. */
export interface ServiceStatus {
  /** `active`, `activating`, `reloading`, `deactivating`, `inactive`, `failed`, as systemd has it. */
  readonly state: string;
  /** More exactly, such as `running` or `auto-restart`. */
  readonly detail: string;
  /** Starts with the machine. */
  readonly isEnabled: boolean;
  /** Process of the gateway, or of the supervisor of its workers; undefined when it does not run. */
  readonly pid: number | undefined;
  /** Since when it runs (ISO 8601). */
  readonly since: string | undefined;
  /** How often systemd has started it again. */
  readonly restarts: number;
  /** What the gateway told systemd last. */
  readonly message: string | undefined;
  /** Why it does not run: systemd's word, such as `exit-code` or `start-limit-hit`. */
  readonly reason: string | undefined;
  /** Where dockgate.socket listens. */
  readonly listen: readonly string[];
  readonly health: Health | undefined;
}

/** What the gateway says of itself; undefined in {@link ServiceStatus} while it does not run. */
export interface Health {
  readonly isReady: boolean;
  /** What is wrong, or why the gateway could not be asked. */
  readonly problem: string | undefined;
  /** Its own status, as JSON has it. */
  readonly details: unknown;
}

const wanted = [
  ...['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'MainPID'],
  ...['ActiveEnterTimestamp', 'NRestarts', 'StatusText', 'Result'],
];

/**
 * Looks at the service: asks systemd, and the gateway itself.
 *
 * @param control path of the control socket; undefined: there is none
 * @throws {ServiceFailure} when systemd cannot be asked
 */
export async function serviceStatus(machine: Machine, control: string | undefined): Promise<ServiceStatus> {
  const [service, socket] = await Promise.all([
    properties(machine, 'dockgate.service', wanted),
    properties(machine, 'dockgate.socket', ['Listen']),
  ]);
  const value = (name: string): string | undefined => service.get(name)?.[0] || undefined;
  const state = value('ActiveState') ?? 'inactive';
  const isRunning = state === 'active' || state === 'reloading';
  const pid = Number(value('MainPID') ?? 0);
  const result = value('Result');
  return {
    state,
    detail: value('LoadState') === 'not-found' ? 'not installed' : (value('SubState') ?? 'dead'),
    isEnabled: value('UnitFileState') === 'enabled',
    pid: pid > 0 ? pid : undefined,
    since: isRunning ? timeOf(value('ActiveEnterTimestamp')) : undefined,
    restarts: Number(value('NRestarts') ?? 0),
    message: value('StatusText'),
    reason: isRunning || result === 'success' ? undefined : result,
    listen: (socket.get('Listen') ?? []).map((text) => text.replace(/ \(Stream\)$/, '')),
    health: isRunning ? await healthOf(control) : undefined,
  };
}

/** The file that the installed unit names, and its variables; undefined when there is none. */
export async function installedConfiguration(
  place: string = locations.serviceUnit,
): Promise<{ file: string; environment: Record<string, string> } | undefined> {
  const unit = await contentOf(place);
  const file = /^ExecStart=.* serve --config ("(?:[^"\\]|\\.)*"|\S+)/m.exec(unit ?? '')?.[1];
  if (unit === undefined || file === undefined) return undefined;
  const plain = file.startsWith('"') ? file.slice(1, -1).replaceAll(/\\(.)/g, '$1') : file;
  const control = /^Environment=DOCKGATE_CONTROL=(\S+)$/m.exec(unit)?.[1];
  return {
    file: plain.replaceAll('%%', '%').replaceAll('$$', '$'),
    environment: control === undefined ? {} : { DOCKGATE_CONTROL: control },
  };
}

/** `systemctl show`: every property with its values. */
async function properties(
  machine: Machine,
  unit: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words = ['show', '--timestamp=unix', `--property=${names.join(',')}`, unit];
  const { code, output, complaint } = await machine.run('systemctl', words);
  if (code !== 0) throw new ServiceFailure(`systemd cannot be asked: ${complaint || `exit code ${code}`}`);
  const found = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const end = line.indexOf('=');
    const name = line.slice(0, end);
    const values = found.get(name) ?? [];
    values.push(line.slice(end + 1));
    found.set(name, values);
  }
  return found;
}

/** `@1700000000` as ISO 8601. */
function timeOf(text: string | undefined): string | undefined {
  const seconds = /^@(\d+)$/.exec(text ?? '')?.[1];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString();
}

async function healthOf(control: string | undefined): Promise<Health> {
  if (control === undefined) return unknown('the configuration has no control socket to ask it by');
  try {
    const [ready, status] = await Promise.all([
      askControl(control, '/readyz'),
      askControl(control, '/status'),
    ]);
    const isReady = ready.status === 200;
    const details = status.status === 200 ? (JSON.parse(status.body) as unknown) : undefined;
    return {
      isReady,
      problem: isReady ? undefined : ready.body.trim() || `it answers ${ready.status}`,
      details,
    };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

function unknown(problem: string): Health {
  return { isReady: false, problem, details: undefined };
}
