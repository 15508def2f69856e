import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AuthConfiguration } from '../../src/configuration/access.js';
import type { Configuration, Timeouts, V1Configuration } from '../../src/configuration/configuration.js';
import { type Gateway, startGateway } from '../../src/gateway.js';
import { hashPassword } from '../../src/htpasswd/index.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from './afterwards.js';
import { temporaryDirectory } from './directory.js';

/** The user of every test gateway. */
export const USER = 'vinod1';
export const PASSWORD = 'p4ss:w\u00f6rd';
/** The `Authorization` value of {@link USER}. */
export const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;

/** One line of the gateway's log. */
export type LogLine = Record<string, unknown>;

/** A gateway in this process, with real TLS on a free port of 127.0.0.1. */
export interface TestGateway {
  readonly gateway: Gateway;
  readonly port: number;
  /** `https://localhost:PORT` */
  readonly url: string;
  /** The authority's certificate in PEM. */
  readonly ca: string;
  /** Directory that holds ca.crt, as clients want it. */
  readonly certs: string;
  readonly htpasswd: string;
  readonly data: string;
  /** All lines logged so far. */
  readonly log: readonly LogLine[];
  /** The log as it was written. */
  rawLog(): string;
  /** The access lines so far. */
  accessLines(): LogLine[];
}

/** What a test gateway differs in. */
export interface TestGatewayOptions
  extends Partial<Omit<Configuration, 'upstream' | 'timeouts' | 'v1' | 'auth'>> {
  /** Origin of the registry behind, such as `http://127.0.0.1:5000`. */
  readonly upstream?: string;
  readonly upstreamOptions?: Partial<Configuration['upstream']>;
  readonly timeouts?: Partial<Timeouts>;
  readonly v1?: Partial<V1Configuration>;
  readonly auth?: Partial<AuthConfiguration>;
  /** Content of the password file; by default {@link USER} with a cheap bcrypt hash. */
  readonly passwords?: string;
}

const TIMEOUTS: Timeouts = {
  headers: 60_000,
  idle: 60_000,
  keepAlive: 75_000,
  connect: 10_000,
  firstByte: 900_000,
  grace: 3_600_000,
};

/** Starts a gateway for one test and closes it after. Without `upstream` the embedded registry answers. */
export async function startTestGateway(
  test: TestContext,
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const directory = temporaryDirectory(test);
  const htpasswd = join(directory, 'htpasswd');
  const { upstream, upstreamOptions, timeouts, v1, auth, passwords, ...rest } = options;
  writeFileSync(htpasswd, passwords ?? `${USER}:${await hashPassword(PASSWORD, { cost: 4 })}\n`);
  const configuration: Configuration = {
    listen: [{ host: '127.0.0.1', port: 0 }],
    hostnames: ['localhost', '127.0.0.1', '::1'],
    data: join(directory, 'data'),
    sparseImages: false,
    collection: {
      interval: Number.POSITIVE_INFINITY,
      grace: 86_400_000,
      untagged: false,
      uploadTimeout: 604_800_000,
    },
    search: true,
    greeting: '"docker-registry server"',
    htpasswd,
    realm: 'dockgate',
    certs: join(directory, 'certs'),
    pairs: [],
    keyType: 'ecdsa',
    trustedProxies: [],
    minimumRate: 500,
    logLevel: 'trace',
    file: undefined,
    access: { rules: [], groups: undefined },
    clientCertificates: undefined,
    hsts: 86_400_000,
    insecureHttp: false,
    audit: undefined,
    log: { file: undefined, access: { file: undefined, format: 'json', pings: 1 } },
    workers: undefined,
    control: undefined,
    monitor: [],
    otlp: undefined,
    crashReports: undefined,
    cors: undefined,
    servesAuthority: false,
    ...rest,
    upstream:
      upstream === undefined
        ? undefined
        : {
            servers: [{ origin: upstream, socketPath: undefined, weight: 1, backup: false }],
            maximumFailures: 1,
            failTimeout: 10_000,
            ca: undefined,
            passAuthorization: false,
            tokens: false,
            connections: 256,
            ...upstreamOptions,
          },
    timeouts: { ...TIMEOUTS, ...timeouts },
    v1: {
      access: 'read-write',
      directory: rest.data ?? join(directory, 'data'),
      index: 'built-in',
      endpoints: [],
      tokenLifetime: 43_200_000,
      registration: false,
      ...v1,
    },
    auth: {
      mode: 'auto',
      service: 'dockgate',
      services: [],
      issuer: 'dockgate',
      algorithm: 'ES256',
      tokenLifetime: 21_600_000,
      refreshLifetime: 2_592_000_000,
      keyRotation: 7_776_000_000,
      tokenServer: undefined,
      issuers: [],
      robots: join(directory, 'dockgate.tokens'),
      ...auth,
    },
  };
  const written: string[] = [];
  const log: LogLine[] = [];
  const destination = {
    write(line: string): void {
      written.push(line);
      // Access lines may have another form.
      if (line.startsWith('{')) log.push(JSON.parse(line) as LogLine);
    },
  };
  const logs = makeLogs(configuration.logLevel, destination, configuration.log.access);
  const gateway = await startGateway(configuration, logs);
  afterwards(test, () => gateway.abort());
  const port = gateway.addresses[0]?.port ?? 0;
  return {
    gateway,
    port,
    url: `https://localhost:${port}`,
    ca: gateway.authorityFile === undefined ? '' : readFileSync(gateway.authorityFile, 'utf8'),
    certs: configuration.certs,
    htpasswd,
    data: configuration.data,
    log,
    rawLog: () => written.join(''),
    accessLines: () => log.filter((line) => line['msg'] === 'request'),
  };
}
