import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createRobot,
  LastUses,
  RobotDirectory,
  RobotFile,
  readUses,
  usesPath,
} from '../../src/robots/index.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

const ID = '00112233445566aa';
const OTHER = 'ffffffffffffffff';
const T = Date.parse('2026-01-02T03:04:05Z');

test('a robot that gets in is noted beside the file, with its address and without its secret', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const { robot, secret } = await createRobot(path, {
    name: 'ci',
    repositories: ['a'],
    actions: ['pull'],
    expires: undefined,
  });
  const file = await RobotFile.open(path, { watch: false });
  const uses = new LastUses(path, { isKnown: (id) => file.list.byId.has(id) });
  afterwards(t, () => uses.close());
  const robots = new RobotDirectory(file, uses);
  assert.equal(robots.check('ci', `${secret.slice(0, -1)}!`, '192.0.2.9'), undefined);
  assert.ok(robots.check('ci', secret, '192.0.2.1'));
  await until(async () => (await readUses(usesPath(path))).has(robot.id), 'the first use is written at once');
  assert.equal((await readUses(usesPath(path))).get(robot.id)?.from, '192.0.2.1');
  assert.equal((await stat(usesPath(path))).mode & 0o777, 0o600);
  robots.used('robot:ci', '2001:db8::1');
  robots.used('robot:nobody', '2001:db8::1');
  await uses.close();
  assert.equal((await readUses(usesPath(path))).get(robot.id)?.from, '2001:db8::1');
  assert.ok(!(await readFile(usesPath(path), 'utf8')).includes(secret));
});

test('within the interval nothing more is written, and the end writes the rest', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const uses = new LastUses(path, { isKnown: () => true, interval: 3_600_000 });
  uses.note(ID, T, '192.0.2.1');
  await until(async () => (await readUses(usesPath(path))).has(ID), 'the first note');
  const { mtimeNs } = await stat(usesPath(path), { bigint: true });
  for (let round = 1; round < 1000; round += 1) uses.note(ID, T + round, '192.0.2.2');
  uses.note(OTHER, T, undefined);
  assert.equal((await stat(usesPath(path), { bigint: true })).mtimeNs, mtimeNs);
  await uses.close();
  const read = await readUses(usesPath(path));
  assert.deepEqual(read.get(ID), { at: T + 999, from: '192.0.2.2' });
  assert.deepEqual(read.get(OTHER), { at: T, from: undefined });
});

test('two gateways with one file lose no note, and those of robots that are gone go', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const one = new LastUses(path, { isKnown: () => true });
  const other = new LastUses(path, { isKnown: () => true });
  one.note(ID, T, '192.0.2.1');
  other.note(OTHER, T, '192.0.2.2');
  await Promise.all([one.close(), other.close()]);
  assert.equal((await readUses(usesPath(path))).size, 2);
  const last = new LastUses(path, { isKnown: (id) => id === OTHER });
  last.note(OTHER, T - 1, '192.0.2.3');
  await last.close();
  assert.deepEqual([...(await readUses(usesPath(path)))], [[OTHER, { at: T, from: '192.0.2.2' }]]);
});

test('notes that cannot be written or read harm nobody, and are told once', async (t) => {
  const path = join(temporaryDirectory(t), 'missing', 'robots');
  const told: string[] = [];
  const uses = new LastUses(path, {
    isKnown: () => true,
    interval: 10,
    onProblem: ({ message }) => told.push(message),
  });
  uses.note(ID, T, '192.0.2.1');
  await until(() => told.length > 0, 'the trouble is told');
  uses.note(ID, T + 1, '192.0.2.1');
  await uses.close();
  assert.equal(told.length, 1);
  const bad = join(temporaryDirectory(t), 'bad');
  for (const text of ['', '[', '[]', 'null', '{"x":1}', `{"${ID}":{"at":"never"}}`]) {
    await writeFile(bad, text);
    assert.equal((await readUses(bad)).size, 0);
  }
  await writeFile(bad, JSON.stringify({ [ID]: { at: new Date(T).toISOString(), from: '\u001b[2J' } }));
  await chmod(bad, 0o600);
  assert.deepEqual((await readUses(bad)).get(ID), { at: T, from: undefined });
});
