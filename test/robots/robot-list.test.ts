import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRobots } from '../../src/robots/robot-list.js';

const GOOD = {
  id: '00112233445566aa',
  name: 'ci',
  sha256: 'a'.repeat(64),
  repositories: ['team-a/**'],
  actions: ['pull'],
  created: '2026-01-01T00:00:00Z',
};

function file(...objects: readonly unknown[]): Buffer {
  const texts = objects.map((object) => (typeof object === 'string' ? object : JSON.stringify(object)));
  return Buffer.from(`${texts.join('\n')}\n`);
}

const BAD: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', '{"id":', /not valid JSON/],
  ['a list', [], /not a JSON object/],
  ['null', null, /not a JSON object/],
  ['a short identifier', { ...GOOD, id: 'aa' }, /"id"/],
  ['no name', { ...GOOD, name: undefined }, /"name"/],
  ['a name with a colon', { ...GOOD, name: 'a:b' }, /colon/],
  ['a name with a control character', { ...GOOD, name: 'a\u001bb' }, /control character/],
  ['a secret in place of its hash', { ...GOOD, sha256: 'dgt_secret' }, /"sha256"/],
  ['no repositories', { ...GOOD, repositories: [] }, /"repositories"/],
  ['a pattern that is none', { ...GOOD, repositories: ['a**'] }, /pattern/],
  ["a user's pattern", { ...GOOD, repositories: [`\${user}/**`] }, /names a user/],
  ['a pattern that is a number', { ...GOOD, repositories: [1] }, /"repositories"/],
  ['too many patterns', { ...GOOD, repositories: Array.from({ length: 101 }, () => 'a') }, /100 patterns/],
  ['no actions', { ...GOOD, actions: [] }, /"actions"/],
  ['an unknown action', { ...GOOD, actions: ['pull', 'fly'] }, /"actions"/],
  ['an end that is no time', { ...GOOD, expires: 'soon' }, /"expires"/],
  ['an end that is a number', { ...GOOD, expires: 1 }, /"expires"/],
  ['an empty end', { ...GOOD, expires: '' }, /"expires"/],
  ['a previous secret without an end', { ...GOOD, previous: { sha256: 'b'.repeat(64) } }, /"previous.until"/],
  ['a long line', { ...GOOD, note: 'x'.repeat(70_000) }, /longer than/],
];

for (const [what, line, message] of BAD) {
  test(`a line with ${what} refuses its robot alone`, async () => {
    const other = { ...GOOD, id: 'ffffffffffffffff', name: 'other' };
    const { byName, problems } = await readRobots(file('# robots', line, other), 'robots');
    assert.deepEqual([...byName.keys()], ['other']);
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.file, 'robots');
    assert.equal(problems[0]?.line, 2);
    assert.match(problems[0]?.message ?? '', message);
    assert.ok(!problems[0]?.message.includes('dgt_secret'));
  });
}

test('bytes that are no UTF-8 refuse their line alone', async () => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0x0a]), file(GOOD)]);
  const { byName, problems } = await readRobots(bytes, 'robots');
  assert.deepEqual([...byName.keys()], ['ci']);
  assert.match(problems[0]?.message ?? '', /UTF-8/);
});

test('of two robots with one name, or one identifier, the first holds', async () => {
  const sameName = { ...GOOD, id: 'ffffffffffffffff', actions: ['push'] };
  const sameId = { ...GOOD, name: 'other' };
  const { byName, byId, problems } = await readRobots(file(GOOD, sameName, sameId), 'robots');
  assert.equal(byName.size, 1);
  assert.equal(byId.size, 1);
  assert.deepEqual(byName.get('ci')?.robot.actions, ['pull']);
  assert.deepEqual(
    problems.map(({ line }) => line),
    [2, 3],
  );
});

test('fields that nobody knows are no fault', async () => {
  const { byName, problems } = await readRobots(file({ ...GOOD, owner: 'the build' }), 'robots');
  assert.equal(byName.size, 1);
  assert.deepEqual(problems, []);
});

test('of very many bad lines, only some are told', async () => {
  const { problems } = await readRobots(Buffer.from('x\n'.repeat(5000)), 'robots');
  assert.equal(problems.length, 100);
});
