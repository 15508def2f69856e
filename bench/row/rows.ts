import { accessRow } from './access.js';
import { bearerRow } from './bearer.js';
import { bridgeRow } from './bridge.js';
import { cleanUpRow } from './clean-up.js';
import { embeddedRow } from './embedded.js';
import { embeddedPullClientsRow } from './embedded-pull-clients.js';
import { embeddedPushRow } from './embedded-push.js';
import { embeddedPushClientsRow } from './embedded-push-clients.js';
import { guessingRow } from './guessing.js';
import { listsRow } from './lists.js';
import { memoryRow } from './memory.js';
import { pingRow } from './ping.js';
import type { Row } from './row.js';
import { searchRow } from './search.js';
import { smallRequestRow } from './small-request.js';
import { throttleMemoryRow } from './throttle-memory.js';
import { pullRow, pushRow } from './transfer.js';
import { v1PullRow, v1PushRow } from './v1-image.js';
import { workersRow } from './workers.js';

/** All rows in the order in which they are measured. */
export const rows: readonly Row[] = [
  smallRequestRow('get-apr1', 'apr1', 'CPU a GET of a 1.5 kB manifest, htpasswd apr1', 0.45, [
    'nginx',
    'dockgate',
    'haproxy',
  ]),
  smallRequestRow('get-bcrypt', 'bcrypt', 'CPU a GET of a 1.5 kB manifest, htpasswd bcrypt cost 10', 0.002, [
    'nginx',
    'dockgate',
    'caddy',
  ]),
  bearerRow,
  pullRow,
  pushRow,
  pingRow,
  guessingRow,
  throttleMemoryRow,
  memoryRow,
  embeddedRow,
  embeddedPushRow,
  embeddedPullClientsRow,
  embeddedPushClientsRow,
  listsRow,
  v1PullRow,
  v1PushRow,
  bridgeRow,
  searchRow,
  accessRow,
  workersRow,
  cleanUpRow,
];
