import type { ServiceStatus } from '../service/service-status.js';
import { formatColumns } from './columns.js';

/** How the service does, for a person. */
export function formatServiceStatus(status: ServiceStatus): string {
  const { state, detail, isEnabled, pid, since, restarts, message, reason, listen, health } = status;
  const rows = [
    [
      'state',
      `${state} (${detail})${reason === undefined ? '' : `: ${reason}; journalctl -u dockgate.service -n 20 tells more`}`,
    ],
    ['starts with the machine', isEnabled ? 'yes' : 'no'],
  ];
  if (since !== undefined) rows.push(['since', since]);
  if (pid !== undefined) rows.push(['process', String(pid)]);
  if (restarts > 0) rows.push(['started again', restarts === 1 ? 'once' : `${restarts} times`]);
  if (listen.length > 0) rows.push(['listens on', listen.join(', ')]);
  if (message !== undefined) rows.push(['says', message]);
  if (health !== undefined) rows.push(['health', health.isReady ? 'ready' : `not ready: ${health.problem}`]);
  return formatColumns(rows);
}
