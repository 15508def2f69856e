import path from 'node:path';
import type { Row } from './precedence-row.js';

const own = (file: string | undefined, directory: string) =>
  file === undefined ? undefined : path.relative(directory, file);
const secrets = (list: readonly ({ text: string } | { file: string } | undefined)[] = []) =>
  list.map((each) => (each !== undefined && 'text' in each ? each.text : undefined)).join();

const key = (digit: string): string => digit.repeat(32);
const cors = (yaml: string): string => `cors: { origins: ['https://a'], ${yaml} }`;
const otlp = (yaml: string): string => `otlp: { endpoint: http://a, ${yaml} }`;
const reports = (yaml: string): string => `crashReports: { bugsnag: ${key('a')}, ${yaml} }`;

/** The rows of settings about running dockgate for years. */
export const operationRows: Readonly<Record<string, Row>> = {
  'tls.serveAuthority': {
    yaml: 'tls: { serveAuthority: true }',
    environment: 'false',
    read: ({ servesAuthority }) => servesAuthority,
    values: { file: true, environment: false },
  },
  'log.file': {
    yaml: 'log: { file: one }',
    environment: 'two',
    read: ({ log }, directory) => own(log.file, directory),
    values: { file: 'one', environment: 'two' },
  },
  'log.access.file': {
    yaml: 'log: { access: { file: one } }',
    environment: 'two',
    read: ({ log }, directory) => own(log.access.file, directory),
    values: { file: 'one', environment: 'two' },
  },
  'log.access.format': {
    yaml: 'log: { access: { format: common } }',
    environment: 'combined',
    read: ({ log }) => log.access.format,
    values: { file: 'common', environment: 'combined' },
  },
  'log.access.pings': {
    yaml: 'log: { access: { pings: 5 } }',
    environment: '0',
    read: ({ log }) => log.access.pings,
    values: { file: 5, environment: 0 },
  },
  'workers.count': {
    yaml: 'workers: 2',
    environment: '3',
    flag: { workers: 'auto' },
    read: ({ workers }) => workers?.count,
    values: { file: 2, environment: 3, flag: 'auto' },
  },
  'workers.maxRequests': {
    yaml: 'workers: { count: 2, maxRequests: 10 }',
    environment: '20',
    flag: { workers: '1', maxRequests: '30' },
    read: ({ workers }) => workers?.maximumRequests,
    values: { file: 10, environment: 20, flag: 30 },
  },
  control: {
    yaml: 'control: one',
    environment: 'off',
    read: ({ control }, directory) => own(control, directory),
    values: { file: 'one', environment: undefined },
  },
  'monitor.listen': {
    yaml: 'monitor: { listen: [a:1, b:1] }',
    environment: 'c:2',
    read: ({ monitor }) => monitor.map(({ host }) => host).join(),
    values: { file: 'a,b', environment: 'c' },
  },
  'otlp.endpoint': {
    yaml: 'otlp: http://a',
    environment: 'http://b',
    read: (configuration) => configuration.otlp?.endpoint,
    values: { file: 'http://a', environment: 'http://b' },
  },
  'otlp.headers': {
    yaml: otlp('headers: [a=b, c=d]'),
    environment: 'e=f',
    read: (configuration) => secrets(configuration.otlp?.headers),
    values: { file: 'a=b,c=d', environment: 'e=f' },
  },
  'otlp.traces': {
    yaml: otlp('traces: false'),
    environment: 'true',
    read: (configuration) => configuration.otlp?.traces,
    values: { file: false, environment: true },
  },
  'otlp.metrics': {
    yaml: otlp('metrics: false'),
    environment: 'true',
    read: (configuration) => configuration.otlp?.metrics,
    values: { file: false, environment: true },
  },
  'otlp.sample': {
    yaml: otlp('sample: 0.25'),
    environment: '0.5',
    read: (configuration) => configuration.otlp?.sample,
    values: { file: 0.25, environment: 0.5 },
  },
  'otlp.interval': {
    yaml: otlp('interval: 11s'),
    environment: '12s',
    read: (configuration) => configuration.otlp?.interval,
    values: { file: 11_000, environment: 12_000 },
  },
  'otlp.service': {
    yaml: otlp('service: one'),
    environment: 'two',
    read: (configuration) => configuration.otlp?.service,
    values: { file: 'one', environment: 'two' },
  },
  'crashReports.bugsnag': {
    yaml: `crashReports: { bugsnag: ${key('c')} }`,
    environment: key('d'),
    read: ({ crashReports }) => secrets([crashReports?.bugsnag]),
    values: { file: key('c'), environment: key('d') },
  },
  'crashReports.bugsnagEndpoint': {
    yaml: reports('bugsnagEndpoint: http://a'),
    environment: 'http://b',
    read: ({ crashReports }) => crashReports?.bugsnagEndpoint,
    values: { file: 'http://a', environment: 'http://b' },
  },
  'crashReports.sentry': {
    yaml: 'crashReports: { sentry: "https://one@a/1" }',
    environment: 'https://two@b/2',
    read: ({ crashReports }) => secrets([crashReports?.sentry]),
    values: { file: 'https://one@a/1', environment: 'https://two@b/2' },
  },
  'crashReports.stage': {
    yaml: reports('stage: one'),
    environment: 'two',
    read: ({ crashReports }) => crashReports?.stage,
    values: { file: 'one', environment: 'two' },
  },
  'cors.origins': {
    yaml: "cors: { origins: ['https://a', 'https://b'] }",
    environment: 'https://c',
    read: (configuration) => configuration.cors?.origins.join(),
    values: { file: 'https://a,https://b', environment: 'https://c' },
  },
  'cors.methods': {
    yaml: cors('methods: [GET]'),
    environment: 'GET,PUT',
    read: (configuration) => configuration.cors?.methods.join(),
    values: { file: 'GET', environment: 'GET,PUT' },
  },
  'cors.headers': {
    yaml: cors('headers: [Accept]'),
    environment: 'Range',
    read: (configuration) => configuration.cors?.headers.join(),
    values: { file: 'Accept', environment: 'Range' },
  },
  'cors.exposedHeaders': {
    yaml: cors('exposedHeaders: [Link]'),
    environment: 'Location',
    read: (configuration) => configuration.cors?.exposedHeaders.join(),
    values: { file: 'Link', environment: 'Location' },
  },
  'cors.credentials': {
    yaml: cors('credentials: true'),
    environment: 'false',
    read: (configuration) => configuration.cors?.credentials,
    values: { file: true, environment: false },
  },
  'cors.maxAge': {
    yaml: cors('maxAge: 11s'),
    environment: '12s',
    read: (configuration) => configuration.cors?.maxAge,
    values: { file: 11_000, environment: 12_000 },
  },
  'cors.vary': {
    yaml: cors('vary: false'),
    environment: 'true',
    read: (configuration) => configuration.cors?.vary,
    values: { file: false, environment: true },
  },
};
