import { chunked, pipelined, single, type WireCase } from './wire-case.js';

function lines(name: string, ...header: readonly string[]): WireCase {
  return single(name, { lines: header });
}

/** Header lines: Host, what a proxy adds or drops, and what belongs to one connection only. */
export const headerCases: readonly WireCase[] = [
  single('Host without a port', { host: 'localhost' }),
  single('Host with another port', { host: 'registry.example.com:8443' }),
  single('Host in upper case', { host: 'LOCALHOST:{port}' }),
  single('Host that is an IPv6 address', { host: '[::1]:{port}' }),
  single('Host with a path', { host: 'localhost/v2' }),
  single('Host with a user', { host: 'user@localhost' }),
  single('Host with a letter as port', { host: 'localhost:x' }),
  single('an empty Host', { host: '' }),
  single('no Host', { host: null }),
  single('two Hosts', { lines: ['Host: evil.example'] }),
  single('two equal Hosts', { lines: ['Host: localhost:{port}'] }),
  lines('X-Real-IP from the client', 'X-Real-IP: 203.0.113.9'),
  lines('X-Forwarded-For from the client', 'X-Forwarded-For: 203.0.113.9'),
  lines(
    'X-Forwarded-Proto and -Host from the client',
    'X-Forwarded-Proto: http',
    'X-Forwarded-Host: evil.example',
  ),
  lines('X-Forwarded-Prefix from the client', 'X-Forwarded-Prefix: /evil'),
  lines('Forwarded from the client', 'Forwarded: for=203.0.113.9;host=evil.example;proto=http'),
  lines('a header with an underscore', 'X_Forwarded_Proto: http'),
  lines('Connection that names a header', 'X-Secret: 1', 'Connection: X-Secret'),
  lines('Connection that names X-Real-IP', 'Connection: X-Real-IP, Authorization, Host'),
  lines('Connection: close', 'Connection: close'),
  lines('Keep-Alive', 'Connection: keep-alive, Keep-Alive', 'Keep-Alive: timeout=5'),
  lines('TE: trailers', 'TE: trailers', 'Connection: TE'),
  lines('Proxy-Connection', 'Proxy-Connection: keep-alive'),
  lines('Upgrade to websocket', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: eA=='),
  lines('Upgrade to h2c', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  lines('Range', 'Range: bytes=0-1'),
  lines('If-None-Match', 'If-None-Match: "abc"'),
  lines('Accept twice', 'Accept: application/json', 'Accept: text/plain'),
  lines('Cookie', 'Cookie: a=b'),
  lines('User-Agent', 'User-Agent: docker/20.10'),
  lines('a header with an empty value', 'X-Empty:'),
  lines('a header with latin1 bytes', 'X-Name: w\xf6rd'),
  lines('101 headers', ...Array.from({ length: 99 }, (_, index) => `X-Line-${index}: 1`)),
  lines('300 headers', ...Array.from({ length: 300 }, (_, index) => `X-Line-${index}: 1`)),
  lines('a header of 7 kB', `X-Long: ${'x'.repeat(7_000)}`),
  lines('a header of 20 kB', `X-Long: ${'x'.repeat(20_000)}`),
  single('HTTP/1.0', { version: 'HTTP/1.0' }),
  single('HTTP/1.0 without Host', { version: 'HTTP/1.0', host: null }),
  single('HTTP/1.0 with keep-alive', { version: 'HTTP/1.0', lines: ['Connection: keep-alive'] }),
  single('HTTP/1.0 without a password', { version: 'HTTP/1.0', authorization: null }),
  pipelined('two requests at once', { target: '/v2/a' }, { target: '/v2/b' }),
  pipelined('a refused request and a good one at once', { authorization: null }, { target: '/v2/b' }),
  pipelined(
    'a body in chunks and a request at once',
    { method: 'PUT', ...chunked('hello') },
    { target: '/v2/b', method: 'HEAD' },
  ),
  pipelined(
    'a refused body in chunks and a request at once',
    { method: 'PUT', authorization: null, ...chunked('hello') },
    { target: '/v2/b' },
  ),
  pipelined(
    'a ping and a request without a password at once',
    { target: '/_ping', authorization: null },
    {
      authorization: null,
    },
  ),
];
