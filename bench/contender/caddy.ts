import { join } from 'node:path';
import { writeConfiguration } from '../stage.js';
import { Contender, type Starter } from './contender.js';

/** Caddy, which knows bcrypt alone and remembers the passwords that it has checked. */
export const startCaddy: Starter = async (stage, { upstream }) => {
  const { identity, certificate } = stage;
  const environment = {
    ...process.env,
    HOME: stage.directory,
    XDG_DATA_HOME: stage.directory,
    XDG_CONFIG_HOME: stage.directory,
  };
  const service = await stage.serve(
    'caddy',
    (place) => {
      const path = writeConfiguration(
        place,
        'Caddyfile',
        `{
  admin off
  auto_https off
}
https://:${place.port} {
  bind 127.0.0.1
  tls ${certificate.certificate} ${certificate.key} {
    protocols tls1.3
  }
  log {
    output file ${join(place.directory, 'access.log')}
  }
  @closed not path /_ping /v1/_ping
  basicauth @closed {
    ${identity.user} ${identity.bcryptHash}
  }
  reverse_proxy ${upstream}
}
`,
      );
      return ['caddy', 'run', '--adapter', 'caddyfile', '--config', path];
    },
    environment,
  );
  return new Contender('caddy, bcrypt', [service]);
};
