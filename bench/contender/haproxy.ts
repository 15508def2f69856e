import { writeConfiguration } from '../stage.js';
import { Contender, type Starter } from './contender.js';

/** HAProxy with one thread. It hashes through crypt(3), which does not know apr1 but the equally costly md5crypt. */
export const startHaproxy: Starter = async (stage, { scheme, upstream }) => {
  const { identity, certificate } = stage;
  const hash = scheme === 'apr1' ? identity.md5cryptHash : identity.bcryptHash;
  const service = await stage.serve('haproxy', (place) => {
    const path = writeConfiguration(
      place,
      'haproxy.cfg',
      `global
  nbthread 1
  maxconn 4096
  log stdout format raw local0
  ssl-default-bind-options ssl-min-ver TLSv1.3
userlist registry_users
  user ${identity.user} password ${hash}
defaults
  mode http
  log global
  option httplog
  timeout connect 10s
  timeout client 900s
  timeout server 900s
frontend clients
  bind 127.0.0.1:${place.port} ssl crt ${certificate.both}
  http-request auth realm Restricted unless { path /_ping } || { path /v1/_ping } || { http_auth(registry_users) }
  option forwardfor
  default_backend registry
backend registry
  server registry ${new URL(upstream).host}
`,
    );
    return ['haproxy', '-db', '-f', path];
  });
  return new Contender(scheme === 'apr1' ? 'haproxy, md5crypt' : 'haproxy', [service]);
};
