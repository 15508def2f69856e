import { readAccess } from './access-section.js';
import { readAuth } from './auth.js';
import { readClientCertificates, readInsecureHttp } from './client-certificates.js';
import type { Configuration } from './configuration.js';
import { readCors } from './cors.js';
import { readCrashReports } from './crash-reports.js';
import { readEnvironment, readFlags } from './environment.js';
import { readConfigurationFile } from './file.js';
import type { ConfigurationInput } from './input.js';
import { readLogs } from './logs.js';
import { readOtlp } from './otlp.js';
import { noteOverlaps } from './overlap.js';
import { readPairs } from './pairs.js';
import { ConfigurationError, type Problem } from './problem.js';
import { Reader } from './reader.js';
import { readServesAuthority } from './serves-authority.js';
import { settings } from './settings.js';
import { readUpstream } from './upstream.js';
import { readV1 } from './v1.js';
import { readWorkers } from './workers.js';
import type { Written } from './written.js';

/** A configuration, and where its settings were written. */
export interface LocatedConfiguration {
  readonly configuration: Configuration;
  /** What was written for the setting of that path (`upstream.servers`) where it was taken from; empty for a default. */
  written(path: string): readonly Written[];
}

/**
 * Reads the whole configuration: flags beat the environment, which beats the file, which beats the defaults.
 *
 * @throws {ConfigurationError} with everything that is wrong in any of them at once.
 */
export async function loadConfiguration(input: ConfigurationInput): Promise<Configuration> {
  return (await locateConfiguration(input)).configuration;
}

/** {@link loadConfiguration}, for whoever has to say where something stands. @throws {ConfigurationError} */
export async function locateConfiguration(input: ConfigurationInput): Promise<LocatedConfiguration> {
  const { flags, environment, directory } = input;
  const problems: Problem[] = [];
  const file = await readConfigurationFile(input, problems);
  const sources = [readFlags(flags, directory), readEnvironment(environment, directory), file.source];
  const reader = new Reader(sources, directory, problems);
  const data = reader.one(settings.data);
  const configuration: Configuration = {
    file: file.path,
    listen: reader.many(settings.listen),
    hostnames: [...new Set(reader.many(settings.hostname))],
    upstream: readUpstream(reader),
    data,
    sparseImages: reader.one(settings.sparseImages),
    collection: {
      interval: reader.one(settings.gcInterval),
      grace: reader.one(settings.gcGrace),
      untagged: reader.one(settings.gcUntagged),
      uploadTimeout: reader.one(settings.uploadTimeout),
    },
    v1: readV1(reader, data),
    search: reader.one(settings.search),
    greeting: reader.one(settings.greeting),
    htpasswd: reader.one(settings.htpasswd),
    realm: reader.one(settings.realm),
    certs: reader.one(settings.certs),
    pairs: readPairs(reader),
    keyType: reader.one(settings.keyType),
    trustedProxies: [...new Set(reader.many(settings.trustedProxies))],
    timeouts: {
      headers: reader.one(settings.headers),
      idle: reader.one(settings.idle),
      keepAlive: reader.one(settings.keepAlive),
      connect: reader.one(settings.connect),
      firstByte: reader.one(settings.firstByte),
      grace: reader.one(settings.grace),
    },
    minimumRate: reader.one(settings.minimumRate),
    logLevel: reader.one(settings.logLevel),
    access: readAccess(reader, file.rules),
    auth: readAuth(reader),
    clientCertificates: readClientCertificates(reader),
    hsts: reader.one(settings.hsts),
    insecureHttp: readInsecureHttp(reader),
    audit: reader.optional(settings.audit),
    log: readLogs(reader),
    workers: readWorkers(reader),
    control: reader.one(settings.control) || undefined,
    monitor: reader.many(settings.monitor),
    otlp: readOtlp(reader),
    crashReports: readCrashReports(reader),
    cors: readCors(reader),
    servesAuthority: readServesAuthority(reader),
  };
  noteOverlaps(reader, configuration.listen, configuration.monitor);
  if (problems.length > 0) throw new ConfigurationError(inOrder(problems));
  return {
    configuration,
    written: (path) => sources.map((source) => source.get(path) ?? []).find((list) => list.length > 0) ?? [],
  };
}

/** Flags and environment first, then the file from top to bottom. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (one, other) =>
      (one.place?.line ?? 0) - (other.place?.line ?? 0) ||
      (one.place?.column ?? 0) - (other.place?.column ?? 0),
  );
}
