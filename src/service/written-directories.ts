import { dirname } from 'node:path';
import type { Configuration } from '../configuration/configuration.js';
import { isBelow, locations } from './locations.js';

/** What systemd makes for the service, and lets it write to. */
const given = [locations.state, locations.logs, locations.runtime];

/**
 * Directories that a gateway with this configuration writes to, beside those that systemd gives it. Files are replaced
 * by new ones, so it is their directory that has to be writable.
 */
export function writtenDirectories(configuration: Configuration): readonly string[] {
  const { upstream, data, v1, certs, htpasswd, auth, audit, log, control } = configuration;
  const files = [auth.robots, audit, log.file, log.access.file, control];
  if (v1.registration) files.push(htpasswd);
  const directories = [
    ...(upstream === undefined ? [data, v1.directory] : []),
    // Keys of tokens lie there too, also beside certificates of the operator's own.
    certs,
    ...files.filter((file) => file !== undefined).map(dirname),
  ];
  const needed = [...new Set(directories)].filter((path) => !given.some((place) => isBelow(path, place)));
  return needed.filter((path) => !needed.some((other) => other !== path && isBelow(path, other))).sort();
}
