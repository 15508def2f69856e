import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Contender } from '../contender/contender.js';
import { startDockerRegistry } from '../contender/docker-registry.js';
import { startEmbedded } from '../contender/dockgate.js';
import { startNginxBefore } from '../contender/nginx.js';
import { verify } from '../contender/roster.js';
import { pushImage } from '../fixture/push-image.js';
import { pull } from '../load/curl.js';
import { absence, isInstalled, programs } from '../machine/program.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { measureSmallRequests } from './small-request.js';
import { measureTransfers } from './transfer.js';

const STACK = 'nginx + docker-registry';

/** The whole stack on one side, one process on the other, over the same stored image. */
async function startBoth(stage: Stage): Promise<Contender[]> {
  const data = join(stage.directory, 'registry');
  const registry = await startDockerRegistry(stage, data);
  const origin = `http://127.0.0.1:${registry.port}`;
  await pushImage(origin, stage.image);
  const copy = join(stage.directory, 'registry-of-dockgate');
  cpSync(data, copy, { recursive: true });
  const nginx = await startNginxBefore(stage, { scheme: 'apr1', upstream: origin });
  return [new Contender(STACK, [nginx, registry]), await startEmbedded(stage, 'apr1', copy)];
}

/** The built-in registry against all that it replaces. */
export const embeddedRow: Row = {
  name: 'embedded',
  async measure(stage) {
    const needed = [programs.nginx, programs.dockerRegistry].filter((program) => !isInstalled(program));
    for (const program of needed) stage.miss(absence(program));
    if (needed.length > 0) return [];
    const contenders = await startBoth(stage);
    for (const contender of contenders) await verify(stage, contender);
    const requests = await measureSmallRequests(stage, 'embedded-get', contenders, 'apr1', STACK);
    const { blobPath, blobBytes } = stage.image;
    const pulls = await measureTransfers(
      stage,
      'embedded-pull',
      contenders,
      ({ origin }) => pull(stage, `${origin}${blobPath}`, stage.options.transfers, blobBytes),
      STACK,
    );
    for (const contender of contenders) await contender.stop(stage);
    const common = { baseline: STACK, subject: 'dockgate, built-in registry', target: undefined };
    return [
      {
        ...common,
        name: 'embedded-get',
        title: 'CPU a GET of a stored manifest, apr1, all processes',
        unit: 'us',
        lines: requests,
      },
      {
        ...common,
        name: 'embedded-pull',
        title: 'CPU a GB of a stored blob pulled, all processes',
        unit: 's/GB',
        lines: pulls,
      },
    ];
  },
};
