import { basic, chunked, measured, requestText, single, type WireCase } from './wire-case.js';

const WRONG = basic('vinod1:wrong');
const BIG = 'a layer '.repeat(400_000);

/** Ordinary requests of every method, with and without a password and a body. */
export const plainCases: readonly WireCase[] = [
  single('GET with the password'),
  single('GET without a password', { authorization: null }),
  single('HEAD with the password', { method: 'HEAD' }),
  single('HEAD without a password', { method: 'HEAD', authorization: null }),
  single('GET / with the password', { target: '/' }),
  single('GET with a query', { target: '/v2/_catalog?n=10&last=a%2Fb' }),
  single('POST with a length', { method: 'POST', ...measured('hello') }),
  single('POST without a length or a body', { method: 'POST' }),
  single('POST with length 0', { method: 'POST', ...measured('') }),
  single('POST in chunks', { method: 'POST', ...chunked('hel', 'lo') }),
  single('PUT with a length', { method: 'PUT', ...measured('{}') }),
  single('PUT in chunks', { method: 'PUT', ...chunked('{', '}') }),
  single('PATCH in chunks', { method: 'PATCH', ...chunked('layer') }),
  single('DELETE', { method: 'DELETE' }),
  single('DELETE with a body', { method: 'DELETE', ...measured('gone') }),
  single('GET with a body', measured('odd')),
  single('OPTIONS', { method: 'OPTIONS' }),
  single('TRACE', { method: 'TRACE' }),
  single('an unknown method', { method: 'BREW' }),
  single('a method in lower case', { method: 'get' }),
  single('CONNECT', { method: 'CONNECT', target: 'localhost:443' }),
  single('PUT of 3 MB with a length', { method: 'PUT', ...measured(BIG) }),
  single('PUT of 3 MB in chunks', {
    method: 'PUT',
    ...chunked(BIG.slice(0, 1_000_000), BIG.slice(1_000_000)),
  }),
  single('GET with a wrong password', { authorization: WRONG }),
  single('PUT with a wrong password', { method: 'PUT', authorization: WRONG, ...measured('{}') }),
  single('PUT of 3 MB without a password', { method: 'PUT', authorization: null, ...measured(BIG) }),
  single('PUT of 3 MB in chunks without a password', { method: 'PUT', authorization: null, ...chunked(BIG) }),
  single('PUT with Expect', {
    method: 'PUT',
    lines: ['Expect: 100-continue', 'Content-Length: 5'],
    later: 'hello',
  }),
  single('PUT with Expect and a wrong password, the body sent all the same', {
    method: 'PUT',
    authorization: WRONG,
    lines: ['Expect: 100-continue', 'Content-Length: 5'],
    later: 'hello',
  }),
  single('PUT with Expect, the body not waiting', {
    method: 'PUT',
    lines: ['Expect: 100-continue', 'Content-Length: 5'],
    body: 'hello',
  }),
  single('GET with Expect', { lines: ['Expect: 100-continue'] }),
  single('an unknown Expect', { lines: ['Expect: 200-ok'] }),
  {
    name: 'a body in two parts after the password was refused',
    parts: [
      requestText({ method: 'POST', authorization: null, lines: ['Content-Length: 10'], body: 'hello' }),
      'world',
    ],
    heads: [false],
  },
];
