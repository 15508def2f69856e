import { join } from 'node:path';

/** Where a bridge keeps what it has found out. @param data the data directory. */
export function bridgeDirectory(data: string): string {
  return join(data, 'docker', 'registry', 'dockgate', 'v1', 'bridge');
}
