import { createHash } from 'node:crypto';
import { packLayer } from '../old-registry/layer-archive.js';
import { directory, file, type LayerContent } from '../old-registry/layer-content.js';
import type { EngineImage } from './push.js';

function idOf(name: string): string {
  return createHash('sha256').update(`engine ${name}`).digest('hex');
}

/** Makes images of an engine, each on the one before. @param name another one makes other images. */
export async function makeEngineImages(
  name: string,
  layers: readonly LayerContent[],
): Promise<readonly EngineImage[]> {
  const images: EngineImage[] = [];
  for (const [at, content] of layers.entries()) {
    const id = idOf(`${name} ${at}`);
    const parent = images.at(-1)?.id;
    const json = {
      id,
      ...(parent === undefined ? {} : { parent }),
      created: '2014-11-05T10:00:00.5Z',
      container_config: { Cmd: ['/bin/sh', '-c', `#(nop) step ${at}`] },
      docker_version: '1.3.0',
      config: { Cmd: ['/bin/sh'], Env: ['A=B <&>'] },
      architecture: 'amd64',
      os: 'linux',
      Size: 0,
    };
    const archive = await packLayer(content, { format: 'gnu', hasDots: false });
    images.push({ id, json: Buffer.from(JSON.stringify(json)), archive });
  }
  return images;
}

/** Three layers: files, no change, files. */
export const SMALL_IMAGE: readonly LayerContent[] = [
  [directory('etc'), file('etc/name', 'base\n'), file('etc/numbers', '0123456789'.repeat(2000))],
  [],
  [directory('srv'), file('srv/index.html', '<h1>vinod</h1>\n')],
];
