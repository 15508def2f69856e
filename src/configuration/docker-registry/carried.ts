import { settings } from '../settings.js';
import type { Kind } from '../values/kind.js';
import { carriedCors } from './carried-cors.js';
import type { OriginalKey } from './flavour.js';
import { isTrue, textOf } from './original-value.js';

/** A line of dockgate's file, and what is to be said of it. */
export interface Carried {
  /** Names of the old keys that it comes from; one in a mapping as `cors.origins`. */
  readonly from: readonly string[];
  /** `v1.index`. Undefined when the old keys are told of but lead to no line. */
  readonly path?: string;
  readonly value?: string | boolean | readonly string[];
  /** Sentences. */
  readonly remark: string;
}

type Keys = ReadonlyMap<string, OriginalKey>;

const levels = new Map([
  ['notset', 'trace'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['critical', 'fatal'],
  ['fatal', 'fatal'],
]);

const localDrivers = new Set(['local', 'file']);

/** Only what the loader would take may be written. */
function isFit<Value>(kind: Kind<Value>, text: string): boolean {
  return 'value' in kind.parse(text, '/');
}

function storage(keys: Keys): Carried | undefined {
  const from = ['storage', 'storage_path'].filter((name) => keys.has(name));
  if (from.length === 0) return undefined;
  const driver = textOf(keys.get('storage')?.value) ?? 'local';
  if (!localDrivers.has(driver.toLowerCase())) {
    const remark =
      'The images were not in a local directory. Copy them into one, with the names that they have there, and put its path here: data: /DIRECTORY';
    return { from, remark };
  }
  const path = textOf(keys.get('storage_path')?.value);
  if (path === undefined || !isFit(settings.data.kind, path)) {
    return {
      from,
      remark: 'There is no usable path. Put the directory of the images here: data: /DIRECTORY',
    };
  }
  const place = path.startsWith('/')
    ? ''
    : ' This path was relative to where the old server ran; here it is relative to this file.';
  const remark = `The directory is served as it is, and new images are pushed into it.${place}`;
  return { from, path: 'data', value: path, remark };
}

function greeting(keys: Keys): Carried | undefined {
  const key = keys.get('issue');
  if (key?.value === undefined) return undefined;
  const text = textOf(key.value) ?? '';
  const isUsable = isFit(settings.greeting.kind, text);
  return isUsable
    ? { from: ['issue'], path: 'greeting', value: text, remark: 'The answer to GET /.' }
    : { from: ['issue'], remark: 'It is not one line of text; the usual greeting is kept.' };
}

function logLevel(keys: Keys): Carried | undefined {
  const key = keys.get('loglevel');
  if (key?.value === undefined) return undefined;
  const level = levels.get((textOf(key.value) ?? '').toLowerCase());
  return level === undefined
    ? { from: ['loglevel'], remark: 'It names no level that there was; the usual one is kept.' }
    : { from: ['loglevel'], path: 'log.level', value: level, remark: 'How much is logged.' };
}

const hub = /^https?:\/\/(?:[a-z0-9-]+\.)*docker\.(?:io|com)\/*$/i;

function index(keys: Keys): Carried | undefined {
  const standalone = keys.get('standalone');
  const from = ['standalone', 'disable_token_auth', 'index_endpoint'].filter((name) => keys.has(name));
  if (standalone?.value === undefined) {
    return from.length === 0
      ? undefined
      : { from, remark: 'It is not said to be without an index of its own.' };
  }
  if (isTrue(standalone.value)) {
    const remark = 'The index is here: accounts, lists of images, tokens. Tokens are checked, unlike there.';
    return { from, path: 'v1.index', value: 'built-in', remark };
  }
  if (isTrue(keys.get('disable_token_auth')?.value)) {
    const remark = 'No index, and no tokens: whoever has a password may do everything.';
    return { from, path: 'v1.index', value: 'none', remark };
  }
  const address = textOf(keys.get('index_endpoint')?.value)?.replace(/\/+$/, '') ?? '';
  if (hub.test(address)) {
    const remark = 'The Docker Hub is no index for other registries any more, so there is none.';
    return { from, path: 'v1.index', value: 'none', remark };
  }
  if (/^https?:/.test(address) && isFit(settings.v1Index.kind, address)) {
    return { from, path: 'v1.index', value: address, remark: 'This index is asked about every token.' };
  }
  const remark =
    'The address of the index cannot be used: it has to be http://HOST:PORT or https://HOST:PORT.';
  return { from, path: 'v1.index', value: 'none', remark };
}

function endpoints(keys: Keys): Carried | undefined {
  const key = keys.get('registry_endpoints');
  if (key?.value === undefined) return undefined;
  const written = Array.isArray(key.value) ? key.value.map(textOf) : (textOf(key.value) ?? '').split(',');
  const hosts = written.map((host) => host?.trim() ?? '').filter((host) => host !== '');
  const fit = [...new Set(hosts)].filter((host) => isFit(settings.v1Endpoints.kind, host));
  const from = ['registry_endpoints'];
  if (fit.length === 0)
    return { from, remark: 'No HOST:PORT is in it; clients stay at the host they came to.' };
  const rest = fit.length < new Set(hosts).size ? ' What is no HOST:PORT was left out.' : '';
  const remark = `Where clients of the index are sent.${rest}`;
  return { from, path: 'v1.endpoints', value: fit, remark };
}

function search(keys: Keys): Carried | undefined {
  const key = keys.get('search_backend');
  if (key === undefined) return undefined;
  const backend = textOf(key.value);
  const from = ['search_backend'];
  const remark =
    backend === undefined
      ? 'Search was off. Without this line it is on.'
      : backend === 'sqlalchemy'
        ? 'Search is on.'
        : 'Search is on, with the database of dockgate in place of that module.';
  return { from, path: 'search.enabled', value: backend !== undefined, remark };
}

function crashReports(keys: Keys): Carried | undefined {
  const key = textOf(keys.get('bugsnag')?.value);
  if (key === undefined) return undefined;
  const from = ['bugsnag'];
  if (!isFit(settings.bugsnag.kind, key)) {
    return { from, remark: 'It is no API key of 32 hexadecimal digits. Nobody is told of crashes.' };
  }
  const remark =
    'Bugsnag is told of crashes. If others may read this file, put the key into one of its own: file:PATH.';
  return { from, path: 'crashReports.bugsnag', value: key, remark };
}

/** What is carried over, in the order of dockgate's settings. @param keys by name. */
export function carriedOver(keys: Keys): readonly Carried[] {
  return [storage, search, greeting, index, endpoints, logLevel, crashReports, carriedCors]
    .flatMap((carry) => carry(keys))
    .filter((carried) => carried !== undefined);
}
