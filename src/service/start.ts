import { formatListenAddress } from '../configuration/values/listen-address.js';
import type { Installation } from './installation-plan.js';
import { locations } from './locations.js';
import { type Machine, succeed } from './machine.js';
import { ServiceFailure } from './service-failure.js';

const SERVICE = 'dockgate.service';
const SOCKET = 'dockgate.socket';

/** Enables and starts the service, unless it runs; says what to do next. @param changed the units that are not as they were */
export async function startService(installation: Installation, changed: readonly string[]): Promise<void> {
  const { machine, start, tell } = installation;
  const isEnabled = await are(machine, 'is-enabled');
  const isActive = await are(machine, 'is-active');
  if (isEnabled && (isActive || !start)) {
    if (changed.length === 0) tell('Nothing had to be done: the service is installed as it should be.');
    else if (isActive) for (const line of applying(changed)) tell(line);
    return;
  }
  await succeed(machine, 'systemctl', ['enable', SOCKET, SERVICE]);
  if (!start) {
    tell(`enabled   ${SERVICE}; it starts with the machine, or by: systemctl start ${SERVICE}`);
    return;
  }
  // The socket first: a port that is taken is its failure, and told as such.
  for (const unit of [SOCKET, SERVICE]) {
    const { code, complaint } = await machine.run('systemctl', ['start', unit]);
    if (code !== 0) throw new ServiceFailure(failure(unit, complaint));
  }
  for (const line of next(installation)) tell(line);
}

async function are(machine: Machine, question: 'is-enabled' | 'is-active'): Promise<boolean> {
  const answers = [SERVICE, SOCKET].map((unit) => machine.run('systemctl', [question, '--quiet', unit]));
  return (await Promise.all(answers)).every(({ code }) => code === 0);
}

function applying(changed: readonly string[]): readonly string[] {
  if (!changed.includes(locations.socketUnit)) {
    return [`The service runs as it was. To take over what changed: systemctl restart ${SERVICE}`];
  }
  return [
    'The service runs as it was. To take over the changed addresses, for which clients are refused for a moment:',
    `  systemctl stop ${SOCKET} ${SERVICE}; systemctl start ${SOCKET} ${SERVICE}`,
  ];
}

function failure(unit: string, complaint: string): string {
  const cause =
    unit === SOCKET
      ? 'Most likely another program listens there: ss -ltnp shows which.'
      : 'What it said itself: journalctl -u dockgate.service -n 20';
  return `${unit} is installed, but does not start. ${complaint}\n${cause}`;
}

function next({ settled }: Installation): readonly string[] {
  const { configuration, file } = settled;
  return [
    `started   ${SERVICE}, on ${configuration.listen.map(formatListenAddress).join(', ')}`,
    '',
    'Next:',
    `  dockgate user add NAME --htpasswd ${configuration.htpasswd}`,
    '  dockgate service status',
    `  journalctl -u ${SERVICE} -f`,
    '',
    `After a change in ${file}: systemctl reload ${SERVICE}`,
  ];
}
