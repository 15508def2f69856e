import { basic, measured, single, type WireCase } from './wire-case.js';

function open(target: string, method = 'GET'): WireCase {
  return single(`${method} ${target} without a password`, { method, target, authorization: null });
}

function known(target: string): WireCase {
  return single(`GET ${target} with the password`, { target });
}

/** Targets: the two pings and what looks like them, and targets that can be read in more than one way. */
export const targetCases: readonly WireCase[] = [
  open('/_ping'),
  open('/v1/_ping'),
  open('/_ping', 'HEAD'),
  open('/_ping', 'DELETE'),
  open('/_ping', 'OPTIONS'),
  single('POST /_ping without a password, with a body', {
    method: 'POST',
    target: '/_ping',
    authorization: null,
    ...measured('hello'),
  }),
  single('GET /_ping without a password, with a body', {
    target: '/_ping',
    authorization: null,
    ...measured('hello'),
  }),
  single('GET /_ping with a wrong password', { target: '/_ping', authorization: basic('vinod1:wrong') }),
  single('GET /_ping with the password', { target: '/_ping' }),
  open('/_ping?x'),
  open('/v1/_ping?x=1'),
  open('/_ping?/../v2/_catalog'),
  open('/_ping/'),
  open('/v1/_ping/'),
  open('/_pingfoo'),
  open('/_pingfoo/v2/_catalog'),
  open('//_ping'),
  open('/./_ping'),
  open('/%5fping'),
  open('/_PING'),
  open('/_ping%20'),
  open('/_ping%00'),
  open('/_ping;x'),
  open('/_ping\\..\\v2'),
  open('/_ping/..%2fv2'),
  open('/_ping%2f..%2fv2'),
  open('/_ping/../v2/'),
  open('/_ping/%2e%2e/v2/'),
  open('/_ping/..;/v2/_catalog'),
  open('/v2/_catalog/..%2f..%2f_ping'),
  open('/v2/../_ping'),
  open('/_ping#/../v2/'),
  open('http://localhost/_ping'),
  open('http://localhost/v2/'),
  open('*', 'OPTIONS'),
  open('*'),
  open('_ping'),
  known('http://localhost/v2/'),
  known('https://evil.example/v2/'),
  known('/v2/a/../b'),
  known('/v2/a/./b'),
  known('/v2//b'),
  known('/v2/%2e%2e/b'),
  known('/v2/a%2fb'),
  known('/v2/a?b=%2F..%2Fc//d'),
  known('/v2/a%00b'),
  known('/v2/a%zzb'),
  known('/v2/a\\b'),
  known('/v2/a#b'),
  known('/v2/a b'),
  known('/v2/a?b=../..'),
  known('/v2/%61'),
  known('/v2/~a+b=c,d@e'),
  known('/../etc/passwd'),
  known('v2/'),
];
