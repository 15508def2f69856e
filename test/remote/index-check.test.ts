import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { IndexCheck } from '../../src/remote/index-check.js';
import { VerdictMemory } from '../../src/remote/index-verdicts.js';
import { type Answer, startRecorder } from '../harness/recorder.js';

const TOKEN = 'Token signature=A,repository="ada/tool",access=read';
const IMAGE = 'a'.repeat(64);

async function house(t: TestContext, answer: Answer) {
  const index = await startRecorder(t, answer);
  const problems: unknown[] = [];
  const check = new IndexCheck(index.origin, (error) => problems.push(error));
  t.after(() => check.close());
  return { index, check, problems };
}

test('an index is asked with the token itself, once for all who ask at the same time', async (t) => {
  const { index, check } = await house(t, (_request, response) => {
    response.end(JSON.stringify([{ id: IMAGE, Tag: 'x' }, { id: '../x' }, null, 5, { id: IMAGE }]));
  });
  const verdicts = await Promise.all(Array.from({ length: 40 }, () => check.ask(TOKEN, 'ada/tool')));
  for (const verdict of verdicts) assert.deepEqual(verdict, new Set([IMAGE]));
  assert.deepEqual(await check.ask(TOKEN, 'ada/tool'), new Set([IMAGE]));
  assert.equal(index.requests.length, 1);
  assert.equal(index.requests[0]?.url, '/v1/repositories/ada/tool/images');
  assert.equal(index.requests[0]?.headers['authorization'], TOKEN);
});

test('only a 200 with a list of images lets anybody in', async (t) => {
  for (const [status, body, verdict] of [
    [401, '{}', 'refused'],
    [403, '{}', 'refused'],
    [404, '{}', 'refused'],
    [302, '[]', 'refused'],
    [204, '', 'refused'],
    [200, '{}', 'unavailable'],
    [200, 'no JSON', 'unavailable'],
    [200, `["${'a'.repeat(5 * 1024 * 1024)}"]`, 'unavailable'],
    [500, '[]', 'unavailable'],
    [429, '[]', 'unavailable'],
  ] as const) {
    const { index, check, problems } = await house(t, (_request, response) => {
      response.writeHead(status, { location: '/v1/elsewhere' }).end(body);
    });
    assert.equal(await check.ask(TOKEN, 'ada/tool'), verdict, `${status}`);
    assert.equal(index.requests.length, 1, 'no redirect is followed');
    assert.equal(problems.length, verdict === 'unavailable' ? 1 : 0);
  }
});

test('no more questions are under way than an index can bear', async (t) => {
  const waiting: (() => void)[] = [];
  const { check } = await house(t, (_request, response) => waiting.push(() => response.end('[]')));
  const asked = Array.from({ length: 20 }, (_, index) => check.ask(`${TOKEN}${index}`, 'ada/tool'));
  assert.deepEqual(await Promise.all(asked.slice(16)), Array(4).fill('unavailable'));
  const timer = setInterval(() => {
    for (const end of waiting.splice(0)) end();
  }, 5);
  t.after(() => clearInterval(timer));
  for (const verdict of await Promise.all(asked.slice(0, 16))) assert.deepEqual(verdict, new Set());
});

test('what an index has said is forgotten: soon for yes, sooner for no, and when it is too much', () => {
  let time = 0;
  const memory = new VerdictMemory(() => time);
  memory.set('yes', new Set([IMAGE]));
  memory.set('no', 'refused');
  time = 4_999;
  assert.equal(memory.get('no'), 'refused');
  time = 5_000;
  assert.equal(memory.get('no'), undefined);
  time = 59_999;
  assert.deepEqual(memory.get('yes'), new Set([IMAGE]));
  time = 60_000;
  assert.equal(memory.get('yes'), undefined);
  const large = new Set(Array.from({ length: 100_000 }, (_, index) => String(index)));
  for (let index = 0; index < 7; index += 1) memory.set(`large ${index}`, large);
  assert.equal(memory.get('large 1'), undefined);
  assert.equal(memory.get('large 2'), large);
  for (let index = 0; index < 1_001; index += 1) memory.set(`no ${index}`, 'refused');
  assert.equal(memory.get('no 0'), undefined);
  assert.equal(memory.get('no 1'), 'refused');
});
