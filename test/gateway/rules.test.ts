import assert from 'node:assert/strict';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { loadConfiguration } from '../../src/configuration/load.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { openRules } from '../../src/gateway/rules.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

const stranger = { user: undefined, address: '127.0.0.1' };
const rule = (user: string, pattern = 'a/**') =>
  `access:\n  rules:\n    - { allow: pull, repositories: '${pattern}', users: ${user} }\n`;

async function open(t: TestContext, yaml: string, groups?: string) {
  const directory = temporaryDirectory(t);
  const [file, groupsFile] = [join(directory, 'dockgate.yaml'), join(directory, 'groups')];
  await writeFile(file, yaml);
  if (groups !== undefined) await writeFile(groupsFile, groups);
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const configuration = await loadConfiguration({
    flags: { config: 'dockgate.yaml' },
    environment: {},
    directory,
  });
  let changes = 0;
  const refusals: number[] = [];
  const rules = await openRules(configuration, {
    isUser: (name) => ['alice', 'bob'].includes(name),
    logger,
    onChange: () => {
      changes += 1;
    },
    onRefusal: ({ problems }) => refusals.push(problems),
    times: { interval: 30, settle: 10 },
  });
  afterwards(t, () => rules.close());
  return {
    refusals,
    ...{ rules, file, groupsFile, lines },
    changes: () => changes,
    may: (user: string) => rules.current.decide({ ...stranger, user }, 'pull', 'a/b').allowed,
    logged: (text: string) => lines.filter((line) => line.includes(text)).length,
  };
}

test('Rules that are written hold without a restart, and their end as well.', async (t) => {
  const { rules, file, may, changes } = await open(t, rule('alice'));
  assert.deepEqual([may('alice'), may('bob')], [true, false]);
  await writeFile(file, rule('bob'));
  await until(() => may('bob'), 'bob may pull');
  assert.deepEqual([may('alice'), changes()], [false, 1]);
  await writeFile(file, '{}\n');
  await until(() => rules.current.isOpen, 'there are no rules');
  assert.ok(may('alice'));
});

test('A file that was cut off to nothing opens nothing: the last good rules stay.', async (t) => {
  const { rules, file, may, logged } = await open(t, rule('alice'));
  for (const [index, text] of ['', '\n \n', 'access:\n', 'v1:\n  registration: true\naccess: \n'].entries()) {
    await writeFile(file, text);
    await until(() => logged('file is empty') > index, 'the empty file is told');
    assert.deepEqual([may('alice'), may('bob'), rules.current.isOpen], [true, false, false]);
    await writeFile(file, rule('bob'));
    await until(() => may('bob'), 'rules hold again');
    await writeFile(file, rule('alice'));
    await until(() => may('alice'), 'and others');
  }
});

test('A broken file leaves the last good rules, and is told once with its line.', async (t) => {
  const { file, may, logged, refusals } = await open(t, rule('alice'));
  await writeFile(file, `${rule('bob')}    - { allow: pul }\n`);
  await until(
    () => logged('dockgate.yaml:4:16: access.rules[].allow must be one of') > 0,
    'the log tells of it',
  );
  assert.ok(may('alice') && !may('bob'));
  await writeFile(file, 'access: [\n');
  await until(() => logged('dockgate.yaml:2:1') > 0, 'the log tells of it');
  assert.ok(may('alice') && !may('bob'));
  assert.equal(logged('access.rules[].allow must be one of'), 1);
  assert.equal(refusals.length, 2, 'whoever audits hears of each broken state once');
  await writeFile(file, rule('bob'));
  await until(() => may('bob'), 'bob may pull');
});

test('A file that vanishes leaves the rules, also when it comes back as another.', async (t) => {
  const { file, may, logged } = await open(t, rule('alice'));
  await rm(file);
  await until(() => logged('does not exist') > 0, 'the log tells of it');
  assert.ok(may('alice') && !may('bob'));
  await writeFile(`${file}.new`, rule('bob'));
  await rename(`${file}.new`, file);
  await until(() => may('bob'), 'bob may pull');
});

test('Other settings wait for a reload, which one line says.', async (t) => {
  const { file, may, logged } = await open(t, `${rule('alice')}realm: one\n`);
  await writeFile(file, `${rule('bob')}realm: one\n`);
  await until(() => may('bob'), 'bob may pull');
  assert.equal(logged('hold after a reload'), 0);
  await writeFile(file, `${rule('alice')}realm: two\n`);
  await until(() => may('alice'), 'alice may pull');
  assert.equal(logged('hold after a reload'), 1);
});

const grouped = (group: string) =>
  `access:\n  groups: groups\n  rules:\n    - { allow: pull, groups: ${group} }\n`;

test('Groups are followed as the rules are.', async (t) => {
  const { groupsFile, may, logged } = await open(t, grouped('team'), 'team: alice\n');
  assert.deepEqual([may('alice'), may('bob')], [true, false]);
  await writeFile(groupsFile, 'team: bob\n');
  await until(() => may('bob'), 'bob may pull');
  assert.ok(!may('alice'));
  await writeFile(groupsFile, 'team bob\n');
  await until(() => logged('groups:1') > 0, 'the log tells of it');
  assert.ok(may('bob'));
  await rm(groupsFile);
  await until(() => logged('does not exist') > 0, 'the log tells of it');
  assert.ok(may('bob'));
});

test('Rules that need a new group wait until the file of groups has it.', async (t) => {
  const { file, groupsFile, may, logged } = await open(t, grouped('team'), 'team: alice\n');
  await writeFile(file, grouped('others'));
  await until(() => logged('there is no group') > 0, 'the log tells of it');
  assert.ok(may('alice') && !may('bob'));
  await writeFile(groupsFile, 'others: bob\n');
  await until(() => may('bob'), 'bob may pull');
  assert.ok(!may('alice'));
});

test('The gateway does not start with groups that are not there.', async (t) => {
  await assert.rejects(open(t, grouped('others'), 'team: alice\n'), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /^dockgate\.yaml:4:7: there is no group "others"/);
    return true;
  });
  await assert.rejects(open(t, grouped('team')), ConfigurationError);
});

test('Names that nobody has are warned about, and nobody may take them.', async (t) => {
  const { rules, logged } = await open(
    t,
    `${grouped('team')}    - { allow: push, users: [alcie] }\n`,
    'team: alice zoe\n',
  );
  assert.deepEqual([logged('zoe'), logged('alcie'), logged('who is no user')], [1, 1, 2]);
  assert.deepEqual(
    ['alice', 'zoe', 'alcie', 'bob'].map((name) => rules.names(name)),
    [true, true, true, false],
  );
});

test('A file that cannot be read for a while is read when it can be again.', {
  skip: process.getuid?.() === 0,
}, async (t) => {
  const { file, may, logged } = await open(t, rule('alice'));
  await writeFile(file, rule('bob'));
  await chmod(file, 0);
  await until(() => logged('may not be read') > 0, 'the log tells of it');
  await chmod(file, 0o600);
  await until(() => may('bob'), 'bob may pull');
});
