import type { AuthConfiguration, IssuerConfiguration } from './access.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** Reads the settings of the ways to show who one is. */
export function readAuth(reader: Reader): AuthConfiguration {
  const auth: AuthConfiguration = {
    mode: reader.one(settings.authMode),
    service: reader.one(settings.authService),
    services: reader.many(settings.authServices),
    issuer: reader.one(settings.authIssuer),
    algorithm: reader.one(settings.authAlgorithm),
    tokenLifetime: reader.one(settings.authTokenLifetime),
    refreshLifetime: reader.one(settings.authRefreshLifetime),
    keyRotation: reader.one(settings.authKeyRotation),
    tokenServer: reader.optional(settings.authTokenServer),
    issuers: readIssuers(reader),
    robots: reader.one(settings.robots),
  };
  const seen = new Set([auth.issuer]);
  for (const written of reader.written(settings.authIssuers).find((of) => of.length > 0) ?? []) {
    if (seen.has(written.text)) reader.note(written, 'is an issuer that is known already.');
    seen.add(written.text);
  }
  return auth;
}

/** In the environment the first issuer goes with the first keys and the first service, and so on. */
function readIssuers(reader: Reader): readonly IssuerConfiguration[] {
  const { authIssuers, authIssuersKeys, authIssuersService } = settings;
  const issuers = reader.many(authIssuers);
  const keys = reader.many(authIssuersKeys);
  const services = reader.many(authIssuersService);
  if (issuers.length !== keys.length || issuers.length !== services.length) {
    const [written] = [authIssuers, authIssuersKeys, authIssuersService].flatMap((setting) =>
      reader.written(setting).flat(),
    );
    if (written !== undefined && written.place === undefined)
      reader.note(written, 'must come with as many issuers as keys and services.');
  }
  return issuers.flatMap((issuer, index) => {
    const [source, service] = [keys[index], services[index]];
    return source === undefined || service === undefined ? [] : [{ issuer, keys: source, service }];
  });
}
