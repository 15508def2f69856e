import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../harness/directory.js';
import { runProgram } from '../harness/program.js';

const program = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));

const RULES = `access:
  groups: ./dockgate.groups
  rules:
    - { allow: pull, repositories: public/**, anonymous: true }
    - { deny: push, repositories: team-a/release/**, users: bob }
    - { allow: [pull, push], repositories: team-a/**, groups: team-a }
    - { allow: delete, repositories: team-a/**, users: alice, networks: 10.0.0.0/8 }
    - { allow: catalog }
`;

async function prepared(t: TestContext, yaml = RULES) {
  const directory = temporaryDirectory(t);
  await writeFile(join(directory, 'dockgate.yaml'), yaml);
  await writeFile(join(directory, 'dockgate.groups'), 'team-a: alice bob\n');
  return (...words: string[]) => runProgram(process.execPath, [program, ...words], { directory });
}

const explanations: readonly (readonly [words: string, code: number, place: string])[] = [
  ['anonymous pull public/a', 0, 'dockgate.yaml:4'],
  ['- pull public/a', 0, 'dockgate.yaml:4'],
  ['user:anonymous pull team-a/x', 1, 'No rule fits'],
  ['anonymous pull team-a/x', 1, 'No rule fits'],
  ['bob push team-a/release/x', 1, 'dockgate.yaml:5'],
  ['alice push team-a/release/x', 0, 'dockgate.yaml:6'],
  ['alice delete team-a/x --from 10.9.9.9', 0, 'dockgate.yaml:7'],
  ['alice delete team-a/x --from 192.0.2.1', 1, 'No rule fits'],
  ['dave catalog', 0, 'dockgate.yaml:8'],
  ['anonymous catalog', 1, 'No rule fits'],
  ['robot:ci pull team-a/x', 1, 'There is no robot "ci"'],
];

test('The rule that decides is named with its line, and the exit code tells the outcome.', async (t) => {
  const dockgate = await prepared(t);
  for (const [words, code, place] of explanations) {
    const result = await dockgate('access', 'explain', ...words.split(' '));
    assert.equal(result.code, code, `${words}: ${result.stderr}`);
    assert.equal(result.stdout.split('\n')[0], code === 0 ? 'allowed' : 'denied', words);
    assert.ok(result.stdout.includes(place), `${words}: ${result.stdout}`);
    assert.equal(result.stderr, '');
  }
});

test('What nobody can ask gets a sentence and exit code 2.', async (t) => {
  const dockgate = await prepared(t);
  const bad: readonly (readonly [string, RegExp])[] = [
    ['alice pul x', /"pul" is no action.*Did you mean pull\?/],
    ['alice pull', /pull needs a repository/],
    ['alice catalog x', /leave the repository out/],
    ['alice pull ../x', /cannot be the name of a repository/],
    ['alice pull Upper', /cannot be the name of a repository/],
    ['a:b pull x', /holds a colon/],
    ['alice pull x --from here', /"here" is no IP address/],
    ['alice pull x --config gone.yaml', /gone\.yaml: The configuration file .* does not exist/],
  ];
  for (const [words, sentence] of bad) {
    const result = await dockgate('access', 'explain', ...words.split(' '));
    assert.deepEqual([result.code, result.stdout], [2, ''], words);
    assert.match(result.stderr, sentence);
  }
});

test('The rules passed over are told with what kept them, also to programs.', async (t) => {
  const dockgate = await prepared(t);
  const words = 'access explain alice delete team-a/x --from 192.0.2.1'.split(' ');
  const { stdout } = await dockgate(...words, '--verbose');
  assert.match(stdout, /dockgate\.yaml:5: .* - it is about other actions\n/);
  assert.match(stdout, /dockgate\.yaml:7: .* - it is for clients from elsewhere\n/);
  const answer = JSON.parse((await dockgate(...words, '--json')).stdout);
  assert.deepEqual(
    [answer.allowed, answer.decider, answer.rule, answer.passed.length],
    [false, 'none', null, 5],
  );
});

test('The list has every rule in words.', async (t) => {
  const dockgate = await prepared(t);
  const { stdout } = await dockgate('access', 'list');
  assert.equal(stdout.split('\n').length, 6);
  assert.match(stdout, /^dockgate\.yaml:4: allow pull in public\/\*\* for everybody, strangers too\n/);
  assert.match(stdout, /:7: allow delete in team-a\/\*\* for alice from 10\.0\.0\.0\/8\n/);
  assert.equal(JSON.parse((await dockgate('access', 'list', '--json')).stdout)[2].groups[0], 'team-a');
});

test('Without rules every user may do everything, and strangers nothing.', async (t) => {
  const dockgate = await prepared(t, '{}\n');
  assert.match((await dockgate('access', 'list')).stdout, /There are no rules/);
  const alice = await dockgate('access', 'explain', 'alice', 'admin');
  assert.deepEqual(
    [alice.code, alice.stdout],
    [0, 'allowed\nThere are no rules: every user may do everything.\n'],
  );
  const stranger = await dockgate('access', 'explain', 'anonymous', 'pull', 'x');
  assert.deepEqual(
    [stranger.code, stranger.stdout],
    [1, 'denied\nThere are no rules: strangers may do nothing.\n'],
  );
});

test('What the token of a robot opens, and what a rule takes away from it, is told.', async (t) => {
  const dockgate = await prepared(
    t,
    'access:\n  rules:\n    - { deny: push, repositories: team-a/release }\n',
  );
  const made = await dockgate(
    'token',
    'create',
    '--name',
    'ci',
    '--repository',
    'team-a/**',
    '--actions',
    'pull,push',
  );
  assert.equal(made.code, 0, made.stderr);
  const ask = async (what: string) =>
    (await dockgate('access', 'explain', 'robot:ci', ...what.split(' '))).stdout;
  assert.match(await ask('push team-a/x'), /^allowed\nThe token of the robot opens it/);
  assert.match(
    await ask('push team-a/release'),
    /^denied\nThis rule takes it away .*\ndockgate\.yaml:3: deny push/,
  );
  assert.match(await ask('pull other'), /^denied\nThe token of the robot does not open this/);
});
