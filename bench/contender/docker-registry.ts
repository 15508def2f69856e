import type { Service } from '../machine/service.js';
import { type Stage, writeConfiguration } from '../stage.js';

/** Distribution, plain http and without passwords, as it stands behind a gateway; it logs each request. */
export function startDockerRegistry(stage: Stage, data: string): Promise<Service> {
  return stage.serve('docker-registry', (place) => {
    const path = writeConfiguration(
      place,
      'config.yml',
      `version: 0.1
log:
  level: info
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: ${data}
http:
  addr: 127.0.0.1:${place.port}
`,
    );
    return ['docker-registry', 'serve', path];
  });
}
