import type { HostileCase } from './request-lines.js';

function head(name: string, ...lines: readonly string[]): HostileCase {
  return {
    name,
    bytes: `POST /v2/a HTTP/1.1\r\nHost: localhost\r\n{password}${lines.join('\r\n')}\r\n\r\n`,
    statuses: [400],
  };
}

function shown(...lines: readonly string[]): HostileCase {
  return head(lines.map((line) => JSON.stringify(line)).join(' and '), ...lines);
}

const CHUNKED = 'Transfer-Encoding: chunked';

/** Header sections that two servers could frame or route differently, each with the right password. */
export const hostileHeaders: readonly HostileCase[] = [
  shown('Host: evil.example'),
  shown('Host: localhost'),
  shown('hOST: localhost'),
  shown(CHUNKED, 'Content-Length: 5'),
  shown('Content-Length: 5', CHUNKED),
  shown('Content-Length: 0', CHUNKED),
  shown(CHUNKED, CHUNKED),
  shown(CHUNKED, 'Transfer-Encoding: identity'),
  shown('Transfer-Encoding: identity', CHUNKED),
  shown('Transfer-Encoding: gzip, chunked'),
  shown('Transfer-Encoding: identity, chunked'),
  shown('Transfer-Encoding: chunked, chunked'),
  shown('Transfer-Encoding: chunked, identity'),
  shown('Transfer-Encoding: chunked,'),
  shown('Transfer-Encoding: ,chunked'),
  shown('Transfer-Encoding: identity'),
  shown('Transfer-Encoding: gzip'),
  shown('Transfer-Encoding: xchunked'),
  shown('Transfer-Encoding: chunkedx'),
  shown('Transfer-Encoding: "chunked"'),
  shown('Transfer-Encoding: chunked;q=1'),
  shown('Transfer-Encoding: \u000bchunked'),
  shown('Transfer-Encoding: chunked\u00a0'),
  shown('Transfer-Encoding:'),
  shown('Transfer-Encoding : chunked'),
  shown('Transfer-Encoding:', ' chunked'),
  shown('Content-Length: 5', 'Content-Length: 5'),
  shown('Content-Length: 5', 'Content-Length: 6'),
  shown('Content-Length: 5, 5'),
  shown('Content-Length: +5'),
  shown('Content-Length: -5'),
  shown('Content-Length: 0x5'),
  shown('Content-Length: 5 5'),
  shown('Content-Length: 5.0'),
  shown('Content-Length: 1e3'),
  shown('Content-Length: five'),
  shown('Content-Length:'),
  shown('Content-Length: 99999999999999999999'),
  shown('Content-Length : 5'),
  shown('X-Name : 1'),
  shown('X-Name\t: 1'),
  shown('X Name: 1'),
  shown(' X-Name: 1'),
  shown('X-Name: 1', ' 2'),
  shown('X-Name: 1', '\t2'),
  shown('X-Name'),
  shown(': 1'),
  shown('X-Name: a\0b'),
  shown('X\0Name: 1'),
  shown('X-Name: a\rb'),
  shown('X-Name: a\nX-Injected: b'),
  shown('X-Name: a\r\rX-Injected: b'),
  shown('X-Name: a\n\nGET /v2/ HTTP/1.1'),
  shown('X-Name: a\u007f\u0001'),
  shown('X-N\u00e4me: 1'),
  head('201 header lines', ...Array.from({ length: 199 }, (_, index) => `X-Line-${index}: 1`)),
  head('1500 header lines', ...Array.from({ length: 1_500 }, () => 'A: 1')),
  head(
    'a Content-Length behind 1001 header lines',
    ...Array.from({ length: 1_001 }, () => 'A: 1'),
    'Content-Length: 5',
  ),
  head('one header of 17 kB', `X-Long: ${'x'.repeat(17_000)}`),
  head(
    'headers of 20 kB',
    ...Array.from({ length: 100 }, (_, index) => `X-Long-${index}: ${'x'.repeat(200)}`),
  ),
  ...[
    '',
    ' ',
    'a b',
    'user@localhost',
    'localhost/v2',
    'localhost:x',
    'localhost:123456',
    'a,b',
    '[::1',
    'a\\b',
    'a#b',
    'a%41',
  ].map(
    (host): HostileCase => ({
      name: `the Host ${JSON.stringify(host)}`,
      bytes: `GET /v2/a HTTP/1.1\r\nHost: ${host}\r\n{password}\r\n`,
      statuses: [400],
    }),
  ),
  { name: 'no Host', bytes: 'GET /v2/a HTTP/1.1\r\n{password}\r\n', statuses: [400] },
  {
    name: 'line ends of LF alone',
    bytes: 'GET /v2/a HTTP/1.1\nHost: localhost\n\n',
    statuses: [400],
  },
  {
    name: 'chunks in HTTP/1.0',
    bytes: `POST /v2/a HTTP/1.0\r\nHost: localhost\r\n{password}${CHUNKED}\r\n\r\n0\r\n\r\n`,
    statuses: [400],
  },
  {
    name: 'a header section of 100 kB without an end',
    bytes: `GET /v2/a HTTP/1.1\r\nHost: localhost\r\n${'X-Line: 1\r\n'.repeat(10_000)}`,
    statuses: [400],
  },
];
