/** Bytes that no client of a registry sends, and the statuses that may answer them. */
export interface HostileCase {
  readonly name: string;
  /** latin1; a request with the right password follows it on the same connection. */
  readonly bytes: string;
  readonly statuses: readonly number[];
}

function target(text: string): HostileCase {
  return {
    name: `the target ${JSON.stringify(text).slice(1, -1)}`,
    bytes: `GET ${text} HTTP/1.1\r\nHost: localhost\r\n{password}\r\n`,
    statuses: [400],
  };
}

function line(text: string, statuses: readonly number[] = [400]): HostileCase {
  return {
    name: `the request line ${JSON.stringify(text)}`,
    bytes: `${text}\r\nHost: localhost\r\n{password}\r\n`,
    statuses,
  };
}

/** Targets that two servers could read differently, each with the right password. */
export const hostileTargets: readonly HostileCase[] = [
  'http://localhost/v2/',
  'https://user:secret@evil.example/_ping',
  'HTTP://localhost/_ping',
  '//evil.example/v2/',
  '*',
  '_ping',
  '?a',
  '/v2/..',
  '/v2/../_ping',
  '/_ping/..',
  '/_ping/../v2/_catalog',
  '/_ping/./',
  '/./_ping',
  '/.',
  '/..',
  '/v2/%2e%2e/_ping',
  '/v2/%2E./_ping',
  '/v2/.%2e/_ping',
  '/v2/a%2eb',
  '/_ping/%2e/',
  '/_ping%2f..%2fv2/_catalog',
  '/v2/a%2Fb',
  '/v2/a%5cb',
  '/_ping/..;/v2/_catalog',
  '/_ping/..;a=b/v2/_catalog',
  '//_ping',
  '/_ping//',
  '/v2//_catalog',
  '/v2/a\\b',
  '/_ping\\..\\v2',
  '/_ping#/../v2/',
  '/v2/#',
  '/v2/?a#b',
  '/v2/%00',
  '/v2/%0d%0aX-Injected:%201',
  '/v2/%0a',
  '/v2/%7f',
  '/v2/%20',
  '/v2/%252e%252e/',
  '/v2/%',
  '/v2/%2',
  '/v2/%zz',
  '/v2/\u00e9',
  '/v2/\u007f',
  '/v2/\u0001',
  '/v2/\u0000',
  '/v2/<a>',
  '/v2/"a"',
  '/v2/?a\u0000b',
  '/v2/?a\u00e9',
  '/v2/?a\rb',
].map(target);

/** Request lines that are not of HTTP/1.1, or with methods that are not for a registry. */
export const hostileLines: readonly HostileCase[] = [
  line('BREW /v2/ HTTP/1.1', [400, 405]),
  line('get /v2/ HTTP/1.1', [400, 405]),
  line('G@T /v2/ HTTP/1.1'),
  line('TRACE /v2/ HTTP/1.1', [405]),
  line('CONNECT localhost:443 HTTP/1.1', [400, 405]),
  line('CONNECT /v2/ HTTP/1.1', [400, 405]),
  line('GET /v2/ x HTTP/1.1'),
  line('GET\t/v2/\tHTTP/1.1'),
  line(' GET /v2/ HTTP/1.1'),
  line('GET /v2/'),
  line('GET'),
  line('GET /v2/ HTTP/0.9'),
  line('GET /v2/ HTTP/1.2'),
  line('GET /v2/ HTTP/1.10'),
  line('GET /v2/ HTTP/2.0', [400, 505]),
  line('GET /v2/ HTTP/9.9', [400, 505]),
  line('GET /v2/ http/1.1'),
  line('GET /v2/ HTTP/1.1 '),
  line('\u0016\u0003\u0001'),
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', statuses: [400] },
  { name: 'a NUL byte', bytes: '\0', statuses: [400] },
];
