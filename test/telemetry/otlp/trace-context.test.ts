import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatTraceParent,
  parseTraceParent,
  readTraceState,
} from '../../../src/telemetry/otlp/trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('a parent is read in version 00, and in versions to come as far as that one goes', () => {
  for (const [text, flags] of [
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-03`, 3],
    [`00-${TRACE}-${SPAN}-ff`, 3],
    [`00-${TRACE}-${SPAN}-fc`, 0],
    [`01-${TRACE}-${SPAN}-01`, 1],
    [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 1],
    [`cc-${TRACE}-${SPAN}-01-`, 1],
  ] as const)
    assert.deepEqual(parseTraceParent(text), { traceId: TRACE, spanId: SPAN, flags }, text);
  assert.equal(formatTraceParent(TRACE, SPAN, 1), `00-${TRACE}-${SPAN}-01`);
});

test('what is no parent begins a new trace', () => {
  for (const text of [
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01-`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-0x`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `0-${TRACE}-${SPAN}-01`,
    `00_${TRACE}_${SPAN}_01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `cc-${TRACE}-${SPAN}-01.what-the-future-will-be-like`,
    `cc-${TRACE}-${SPAN}-01-${'x'.repeat(10_000)}`,
  ])
    assert.equal(parseTraceParent(text), undefined, text);
});

test('a state is passed on as it is, without empty members and white space', () => {
  for (const [text, state] of [
    ['a=1', 'a=1'],
    ['a=1 ,\t b=2,,c=3', 'a=1,b=2,c=3'],
    ['tenant@vendor=x:y;z', 'tenant@vendor=x:y;z'],
    ['0tenant@v=1', '0tenant@v=1'],
    [`a=${'!'.repeat(256)}`, `a=${'!'.repeat(256)}`],
    ['a=with space', 'a=with space'],
    ['', undefined],
    [' , ', undefined],
  ] as const)
    assert.equal(readTraceState(text), state, text);
});

test('a state that is not valid is dropped as a whole', () => {
  for (const text of [
    'a',
    'a=',
    'a==',
    'A=1',
    '1a=1',
    'a=1,a=2',
    'a=\u00e9',
    'a=1\u0000',
    'a@=1',
    '@a=1',
    'a@b@c=1',
    'a=b=c',
    `${'a'.repeat(257)}=1`,
    `a=${'!'.repeat(257)}`,
    Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(),
    'a=1,'.repeat(100_000),
  ])
    assert.equal(readTraceState(text), undefined, text.slice(0, 80));
});

test('of a long state the long members go first, and then the last ones', () => {
  const long = `long=${'x'.repeat(200)}`;
  const short = Array.from({ length: 32 }, (_, index) => `key-${index}=${'y'.repeat(30)}`);
  const state = readTraceState([long, ...short.slice(0, 31)].join()) ?? '';
  assert.ok(state.length <= 512);
  assert.ok(state.startsWith(`${short[0]},${short[1]},`));
  assert.equal(readTraceState([...short.slice(0, 5), long].join())?.split(',').length, 6);
});
