import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './directory.js';
import { canConnect } from './docker-registry.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

/** What the site needs. */
export interface NginxSite {
  /** Port of the registry behind, on 127.0.0.1. */
  readonly upstreamPort: number;
  /** Lines of the upstream, in place of the one for that port. */
  readonly servers?: string;
  readonly htpasswd: string;
  readonly certificate: string;
  readonly key: string;
  /** File for lines in the predefined form `combined`; without it there are none. */
  readonly accessLog?: string;
}

function configuration(directory: string, port: number, site: NginxSite): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(directory, name)};`)
    .join('\n');
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${join(directory, 'nginx.pid')};
error_log ${join(directory, 'error.log')} info;
events { worker_connections 256; }
http {
${scratch}
  access_log ${site.accessLog === undefined ? 'off' : `${site.accessLog} combined`};
  upstream docker-registry { ${site.servers ?? `server 127.0.0.1:${site.upstreamPort};`} }
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${site.certificate};
    ssl_certificate_key ${site.key};
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    client_max_body_size 0;
    chunked_transfer_encoding on;
    location / {
      auth_basic "Restricted";
      auth_basic_user_file ${site.htpasswd};
      proxy_pass http://docker-registry;
    }
    location /_ping {
      auth_basic off;
      proxy_pass http://docker-registry;
    }
    location /v1/_ping {
      auth_basic off;
      proxy_pass http://docker-registry;
    }
  }
}
`;
}

/** Starts the real nginx with the classic site in front of a registry, for one test. */
export async function startNginx(test: TestContext, site: NginxSite): Promise<{ readonly port: number }> {
  const directory = temporaryDirectory(test);
  const port = await freePort();
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration(directory, port, site));
  const child = spawn('nginx', ['-p', directory, '-e', join(directory, 'error.log'), '-c', file], {
    stdio: 'ignore',
  });
  test.after(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(readFileSync(join(directory, 'error.log'), 'utf8'));
    return canConnect(port);
  }, 'nginx accepts connections');
  return { port };
}
