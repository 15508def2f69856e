import { chunked, requestText, single, type WireCase } from './wire-case.js';

function text(name: string, bytes: string): WireCase {
  return { name, parts: [bytes], heads: [false] };
}

const put = (...lines: string[]): { method: string; lines: string[]; body: string } => ({
  method: 'PUT',
  lines,
  body: '5\r\nhello\r\n0\r\n\r\n',
});

/** How a request's lines and its body are told apart. */
export const framingCases: readonly WireCase[] = [
  single('Transfer-Encoding and Content-Length', put('Transfer-Encoding: chunked', 'Content-Length: 5')),
  single('Transfer-Encoding: gzip, chunked', put('Transfer-Encoding: gzip, chunked')),
  single('Transfer-Encoding: identity', { method: 'PUT', lines: ['Transfer-Encoding: identity'] }),
  single('Transfer-Encoding in upper case', put('Transfer-Encoding: CHUNKED')),
  single('two Transfer-Encoding lines', put('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')),
  single('two Content-Length lines', {
    method: 'PUT',
    lines: ['Content-Length: 5', 'Content-Length: 5'],
    body: 'hello',
  }),
  single('Content-Length: 5, 5', { method: 'PUT', lines: ['Content-Length: 5, 5'], body: 'hello' }),
  single('Content-Length: +5', { method: 'PUT', lines: ['Content-Length: +5'], body: 'hello' }),
  single('Content-Length: -1', { method: 'PUT', lines: ['Content-Length: -1'] }),
  single('a chunk with an extension', {
    ...put('Transfer-Encoding: chunked'),
    body: '5;a=b\r\nhello\r\n0\r\n\r\n',
  }),
  single('a chunk size with 0x', { ...put('Transfer-Encoding: chunked'), body: '0x5\r\nhello\r\n0\r\n\r\n' }),
  single('a trailer behind the chunks', {
    ...put('Transfer-Encoding: chunked', 'Trailer: X-Sum'),
    body: '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
  }),
  single('chunks with HTTP/1.0', { method: 'PUT', version: 'HTTP/1.0', ...chunked('hello') }),
  single('a space before the colon', { lines: ['X-Name : 1'] }),
  single('a line that goes on in the next (obs-fold)', { lines: ['X-Name: 1', ' 2'] }),
  single('a header line without a colon', { lines: ['X-Name'] }),
  single('an empty header name', { lines: [': 1'] }),
  single('NUL in a value', { lines: ['X-Name: a\0b'] }),
  single('CR in a value', { lines: ['X-Name: a\rb'] }),
  text('lines that end with LF alone', requestText().replaceAll('\r\n', '\n')),
  text('an empty line before the request', `\r\n${requestText()}`),
  text('HTTP/0.9', 'GET /v2/\r\n\r\n'),
  single('HTTP/1.2', { version: 'HTTP/1.2' }),
  single('HTTP/2.0 in a request line', { version: 'HTTP/2.0' }),
  text('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  single('two spaces in the request line', { target: ' /v2/' }),
  single('a 10 kB target', { target: `/v2/${'a'.repeat(10_000)}` }),
  single('a refused request with a length and chunks', {
    ...put('Transfer-Encoding: chunked', 'Content-Length: 5'),
    authorization: null,
  }),
];
