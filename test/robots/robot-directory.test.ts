import assert from 'node:assert/strict';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Action } from '../../src/exchange/action.js';
import { EVERYWHERE } from '../../src/exchange/rights.js';
import {
  createRobot,
  RobotDirectory,
  RobotFile,
  type RobotProblem,
  revokeRobot,
  rotateRobot,
} from '../../src/robots/index.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

const HOUR = 3_600_000;

interface World {
  readonly path: string;
  readonly file: RobotFile;
  readonly robots: RobotDirectory;
  readonly problems: RobotProblem[];
  /** Milliseconds that the clock is ahead. */
  ahead: number;
}

async function open(t: TestContext, path = join(temporaryDirectory(t), 'robots')): Promise<World> {
  const problems: RobotProblem[] = [];
  const times = { interval: 20, settle: 10 };
  const file = await RobotFile.open(path, { times, onProblem: (problem) => problems.push(problem) });
  afterwards(t, () => file.close());
  const world: World = {
    path,
    file,
    problems,
    ahead: 0,
    robots: new RobotDirectory(file, undefined, () => Date.now() + world.ahead),
  };
  return world;
}

const DRAFT = {
  name: 'ci',
  repositories: ['team-a/**'],
  actions: ['pull', 'push'] as Action[],
  expires: undefined,
};

test('a robot made while the gateway runs gets in, and one revoked does not any more', async (t) => {
  const { path, robots } = await open(t);
  const { secret } = await createRobot(path, DRAFT);
  await until(() => robots.check('ci', secret) !== undefined, 'the new robot holds');
  const granted = robots.check('ci', secret);
  assert.equal(granted?.user, 'robot:ci');
  assert.equal(granted?.way, 'robot');
  assert.ok(robots.binding('robot:ci'));
  assert.deepEqual(robots.recall('robot:ci'), granted);
  assert.equal(robots.recall('ci'), undefined);
  await revokeRobot(path, 'ci');
  await until(() => robots.check('ci', secret) === undefined, 'the last robot is revoked');
  assert.equal(robots.binding('robot:ci'), undefined);
  assert.equal(robots.recall('robot:ci'), undefined);
  assert.equal(robots.robotKey('ci'), undefined);
});

test('a secret opens what its patterns and actions say, and no more', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const part = await createRobot(path, { ...DRAFT, actions: ['pull', 'catalog'] });
  const all = await createRobot(path, { ...DRAFT, name: 'all', repositories: ['**'] });
  const { robots } = await open(t, path);
  const limits = robots.check('ci', part.secret)?.limits;
  assert.equal(limits?.allows('pull', 'team-a/app'), true);
  assert.equal(limits?.allows('pull', 'team-a'), false);
  assert.equal(limits?.allows('pull', 'team-ab/app'), false);
  assert.equal(limits?.allows('push', 'team-a/app'), false);
  assert.equal(limits?.allows('pull', EVERYWHERE), false);
  assert.equal(limits?.allows('pull', undefined), false);
  assert.equal(limits?.allows('pull', ''), false);
  assert.equal(limits?.allows('catalog', undefined), true);
  assert.equal(limits?.allows('search', undefined), false);
  assert.equal(limits?.allows('admin', undefined), false);
  const everything = robots.check('all', all.secret)?.limits;
  assert.equal(everything?.allows('push', EVERYWHERE), true);
  assert.equal(everything?.allows('catalog', undefined), false);
});

test('another name, another secret and an unknown robot are refused', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const one = await createRobot(path, DRAFT);
  const other = await createRobot(path, { ...DRAFT, name: 'other' });
  const gone = await createRobot(path, { ...DRAFT, name: 'gone' });
  await revokeRobot(path, gone.robot.id);
  const { robots } = await open(t, path);
  assert.ok(robots.check('ci', one.secret));
  assert.equal(robots.check('ci', other.secret), undefined);
  assert.equal(robots.check('gone', gone.secret), undefined);
  assert.equal(robots.check('robot:ci', one.secret), undefined);
  assert.equal(robots.check('', one.secret), undefined);
  assert.equal(robots.check('ci', one.robot.sha256), undefined);
  assert.equal(robots.check('ci', ''), undefined);
});

test('a robot whose time is up is refused at that very moment', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const expires = Date.now() + HOUR;
  const { secret } = await createRobot(path, { ...DRAFT, expires });
  const file = await RobotFile.open(path, { watch: false });
  assert.ok(new RobotDirectory(file, undefined, () => expires - 1).check('ci', secret));
  const after = new RobotDirectory(file, undefined, () => expires);
  assert.equal(after.check('ci', secret), undefined);
  assert.equal(after.binding('robot:ci'), undefined);
  assert.equal(after.recall('robot:ci'), undefined);
});

test('after a rotation the old secret holds during the overlap only, and so do tokens given for it', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const old = await createRobot(path, DRAFT);
  const before = (await open(t, path)).robots.robotKey('ci');
  const fresh = await rotateRobot(path, 'ci', { overlap: HOUR, expires: undefined });
  const world = await open(t, path);
  assert.ok(world.robots.check('ci', old.secret));
  assert.ok(world.robots.check('ci', fresh.secret));
  const during = world.robots.robotKey('ci');
  assert.notEqual(during, before);
  world.ahead = 2 * HOUR;
  assert.equal(world.robots.check('ci', old.secret), undefined);
  assert.ok(world.robots.check('ci', fresh.secret));
  assert.notEqual(world.robots.robotKey('ci'), during);
});

test('a rotation without an overlap ends the old secret, and keeps what it does not know', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const old = await createRobot(path, DRAFT);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"name"', '"owner":"the build","name"'));
  const fresh = await rotateRobot(path, 'ci', { overlap: 0, expires: undefined });
  const { robots } = await open(t, path);
  assert.equal(robots.check('ci', old.secret), undefined);
  assert.ok(robots.check('ci', fresh.secret));
  assert.match(await readFile(path, 'utf8'), /"owner":"the build"/);
});

test('a file that vanishes or turns to garbage leaves the robots of before in place', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const { secret } = await createRobot(path, DRAFT);
  const { robots, problems } = await open(t, path);
  await writeFile(path, Buffer.alloc(100));
  await until(() => problems.length === 1, 'the garbage is told');
  assert.match(problems[0]?.message ?? '', /not text.*1 robots read before stay/);
  assert.ok(robots.check('ci', secret));
  await rm(path);
  await until(() => problems.length === 2, 'the loss is told');
  assert.ok(robots.check('ci', secret));
});

test('a broken line added while the gateway runs harms no other robot', async (t) => {
  const path = join(temporaryDirectory(t), 'robots');
  const { secret } = await createRobot(path, DRAFT);
  const { robots, problems } = await open(t, path);
  await appendFile(path, '{"id":"broken\n');
  await until(() => problems.length === 1, 'the broken line is told');
  assert.equal(problems[0]?.line, 3);
  assert.ok(robots.check('ci', secret));
});
