import { AUTHORIZATION, PASSWORD, USER } from '../../harness/gateway.js';
import { basic, CREDENTIALS, single, type WireCase } from './wire-case.js';

const ENCODED = AUTHORIZATION.slice('Basic '.length);
const WRONG = basic('vinod1:wrong');

function authorization(name: string, value: string): WireCase {
  return single(name, { authorization: value });
}

/** Every form of the `Authorization` header that we could think of. */
export const passwordCases: readonly WireCase[] = [
  authorization('credentials that are not base64', 'Basic !!!'),
  authorization('Basic without credentials', 'Basic'),
  authorization('Basic and a space', 'Basic '),
  authorization('an empty Authorization', ''),
  authorization('the right password, its base64 without padding', `Basic ${ENCODED.replaceAll('=', '')}`),
  authorization('the right password, its base64 with too much padding', `${AUTHORIZATION}==`),
  authorization('the right password, text after its padding', `${AUTHORIZATION}dm9p`),
  authorization(
    'the right password, a space within its base64',
    `Basic ${ENCODED.slice(0, 8)} ${ENCODED.slice(8)}`,
  ),
  authorization('a user without a colon', basic(USER)),
  authorization('an empty user', basic(`:${PASSWORD}`)),
  authorization('an empty password', basic(`${USER}:`)),
  authorization('empty credentials', basic(':')),
  authorization('the right password in latin1', basic(Buffer.from(CREDENTIALS, 'latin1'))),
  authorization('bytes that are no UTF-8', basic(Buffer.from([0xff, 0xfe, 0x3a, 0xc3]))),
  authorization('the right password and NUL', basic(`${CREDENTIALS}\0`)),
  authorization('the right password, NUL and more', basic(`${CREDENTIALS}\0anything`)),
  authorization('the right password and a line end', basic(`${CREDENTIALS}\n`)),
  authorization('a user in other case', basic(CREDENTIALS.replace('v', 'V'))),
  authorization('an unknown user', basic(`nobody:${PASSWORD}`)),
  authorization('a user called __proto__', basic(`__proto__:${PASSWORD}`)),
  authorization('a password of 8 kB', basic(`${USER}:${'x'.repeat(6_000)}`)),
  authorization('an unknown scheme', `Digest ${ENCODED}`),
  authorization('a Bearer token', `Bearer ${ENCODED}`),
  authorization('a v1 Token', 'Token signature=abc,repository="library/x",access=write'),
  authorization('Basic in lower case', `basic ${ENCODED}`),
  authorization('Basic in upper case', `BASIC ${ENCODED}`),
  authorization('two spaces after Basic', `Basic  ${ENCODED}`),
  authorization('a tab after Basic', `Basic\t${ENCODED}`),
  authorization('a space behind the credentials', `${AUTHORIZATION} `),
  authorization('a comma and more credentials', `${AUTHORIZATION}, ${WRONG}`),
  authorization('the bare credentials without a scheme', ENCODED),
  single('two Authorization lines, the right one first', { lines: [`Authorization: ${WRONG}`] }),
  single('two Authorization lines, the wrong one first', {
    authorization: WRONG,
    lines: [`Authorization: ${AUTHORIZATION}`],
  }),
  single('two equal Authorization lines', { lines: [`Authorization: ${AUTHORIZATION}`] }),
  single('the password in Proxy-Authorization', {
    authorization: null,
    lines: [`Proxy-Authorization: ${AUTHORIZATION}`],
  }),
  single('the password in X-Authorization', {
    authorization: null,
    lines: [`X-Authorization: ${AUTHORIZATION}`],
  }),
];
