import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../machine/service.js';
import { type Place, type Stage, writeConfiguration } from '../stage.js';
import { Contender, type ContenderOptions, type Starter } from './contender.js';

/** The part of a configuration that makes nginx one process in a directory of its own. */
export function nginxFrame(place: Place, site: string): string {
  const { directory } = place;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(directory, name)};`,
  );
  // Without its own account nginx would drop its rights to one that cannot read the bench's files.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};\n` : '';
  return `${user}daemon off;
worker_processes 1;
pid ${join(directory, 'nginx.pid')};
error_log ${join(directory, 'error.log')} warn;
events { worker_connections 4096; }
http {
${temporary.join('\n')}
  access_log ${join(directory, 'access.log')};
${site}
}
`;
}

export function nginxCommand(place: Place, text: string): [string, ...string[]] {
  const path = writeConfiguration(place, 'nginx.conf', text);
  return ['nginx', '-p', place.directory, '-e', join(place.directory, 'error.log'), '-c', path];
}

/** In what a site of nginx differs from the one that a careful operator writes. */
interface Variant {
  /** Store a request's body in a file before it is passed on, which is nginx's default. */
  readonly buffering?: true;
  /** The one TLS 1.3 cipher suite to offer, in place of OpenSSL's own order. */
  readonly cipher?: string;
}

function site(stage: Stage, place: Place, options: ContenderOptions, variant: Variant): string {
  const { buffering, cipher } = variant;
  const proxy = `
      proxy_pass http://registry;
      proxy_http_version 1.1;
      proxy_request_buffering ${buffering ? 'on' : 'off'};
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 900;`;
  return `
  upstream registry { server ${new URL(options.upstream).host}; keepalive 32; }
  server {
    listen 127.0.0.1:${place.port} ssl;
    ssl_protocols TLSv1.3;${cipher === undefined ? '' : `\n    ssl_conf_command Ciphersuites ${cipher};`}
    ssl_certificate ${stage.certificate.certificate};
    ssl_certificate_key ${stage.certificate.key};
    client_max_body_size 0;
    chunked_transfer_encoding on;
    location / {
      auth_basic "Restricted";
      auth_basic_user_file ${stage.identity.files[options.scheme]};${proxy}
    }
    location /_ping { auth_basic off;${proxy}
    }
    location /v1/_ping { auth_basic off;${proxy}
    }
  }`;
}

function serve(stage: Stage, options: ContenderOptions, variant: Variant = {}): Promise<Service> {
  return stage.serve('nginx', (place) =>
    nginxCommand(place, nginxFrame(place, site(stage, place, options, variant))),
  );
}

/** nginx as a careful operator sets it up today: the classic site, with kept connections to the registry. */
export const startNginx: Starter = async (stage, options) =>
  new Contender('nginx', [await serve(stage, options)]);

/** The same with nginx's default, which stores a request's body in a file before it passes it on. */
export const startBufferingNginx: Starter = async (stage, options) =>
  new Contender('nginx, buffering', [await serve(stage, options, { buffering: true })]);

/** The same with the cipher suite that dockgate prefers, which costs less than the one that OpenSSL prefers. */
export const startNginxAes128: Starter = async (stage, options) =>
  new Contender('nginx, AES-128', [await serve(stage, options, { cipher: 'TLS_AES_128_GCM_SHA256' })]);

/** The same as {@link startNginx}, or as {@link startBufferingNginx}, as a part of something larger. */
export function startNginxBefore(
  stage: Stage,
  options: ContenderOptions,
  variant: Pick<Variant, 'buffering'> = {},
): Promise<Service> {
  return serve(stage, options, variant);
}
