import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nginxCommand, nginxFrame } from '../contender/nginx.js';
import { MANIFEST_TYPE } from '../fixture/manifest.js';
import { isInstalled, programs } from '../machine/program.js';
import type { Service } from '../machine/service.js';
import type { Stage } from '../stage.js';

/** The upstream that drops what it is sent and makes up what it is asked for. */
export function startSink(stage: Stage): Promise<Service> {
  const program = fileURLToPath(new URL('./sink.js', import.meta.url));
  return stage.serve('sink', ({ port }) => [process.execPath, program, String(port), stage.image.site]);
}

/** The upstream that serves the image's files: nginx, the cheapest there is; our own when it is not installed. */
export function startSite(stage: Stage): Promise<Service> {
  if (!isInstalled(programs.nginx)) return startSink(stage);
  return stage.serve('site', (place) => {
    const text = `
  sendfile on;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${place.port};
    access_log off;
    root ${stage.image.site};
    location ~ /manifests/ { default_type ${MANIFEST_TYPE}; }
    location ~ /blobs/ { alias ${join(stage.directory, 'blob')}; default_type application/octet-stream; }
  }`;
    return nginxCommand(place, nginxFrame(place, text));
  });
}
