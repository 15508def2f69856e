// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what operators write in patterns
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pattern } from '../../src/access/pattern.js';
import { patternFault, repositoryPattern } from '../../src/configuration/values/repository-pattern.js';
import { seededRandom } from '../harness/seeded-random.js';
import { load, problemsOf } from './workspace.js';

const whole = { repositories: undefined, users: [], groups: [], anonymous: false, networks: [] };

test('Rules are read in their order, each with its place.', async () => {
  const yaml = `
access:
  groups: teams
  rules:
    - allow: pull
      repositories: public/**
      anonymous: true
    - allow: [push, pull]
      repositories: ['team-a/**', '*/base', '\${user}/**']
      users: [alice]
      groups: team-a
      networks: [10.0.0.0/8, "::1"]
    - deny: all
      repositories: secret
    - { allow: all, users: '*' }
`;
  const { configuration } = await load({ yaml });
  const at = (line: number) => ({ file: 'dockgate.yaml', line, column: 7 });
  assert.deepEqual(configuration.access.rules, [
    {
      ...whole,
      effect: 'allow',
      actions: ['pull'],
      repositories: ['public/**'],
      anonymous: true,
      place: at(5),
    },
    {
      effect: 'allow',
      actions: ['pull', 'push'],
      repositories: ['team-a/**', '*/base', '${user}/**'],
      users: ['alice'],
      groups: ['team-a'],
      anonymous: false,
      networks: ['10.0.0.0/8', '::1'],
      place: at(8),
    },
    {
      ...whole,
      effect: 'deny',
      actions: ['pull', 'push', 'delete'],
      repositories: ['secret'],
      place: at(13),
    },
    {
      ...whole,
      effect: 'allow',
      actions: ['pull', 'push', 'delete', 'catalog', 'search', 'admin'],
      users: ['*'],
      place: at(15),
    },
  ]);
});

test('An anchor of a list serves several rules, and the nearest one above counts.', async () => {
  const yaml = `
access:
  rules:
    - { allow: pull, users: &team [alice, bob] }
    - { allow: push, users: *team }
    - { allow: delete, users: &team [carol] }
    - { allow: catalog, users: *team }
`;
  const { configuration } = await load({ yaml });
  assert.deepEqual(
    configuration.access.rules.map(({ users }) => users),
    [['alice', 'bob'], ['alice', 'bob'], ['carol'], ['carol']],
  );
});

test('Rules that are announced and not written are a mistake; no rules at all are written as such.', async () => {
  for (const text of ['', ' ', ' ~', ' null', '\n    # - allow: pull']) {
    const problems = await problemsOf({ yaml: `access:\n  rules:${text}\n` });
    assert.match(problems.join('\n'), /^dockgate\.yaml:2:3: access\.rules has no value\./, text);
  }
  const { configuration } = await load({ yaml: 'access:\n  rules: []\n' });
  assert.deepEqual(configuration.access.rules, []);
});

test('Ten thousand rules fit into the file.', async () => {
  const rules = Array.from(
    { length: 10_000 },
    (_, index) =>
      `    - allow: [pull, push]\n      repositories: ['team-${index}/**', '*/base-${index}']\n      users: [user-${index}]\n      networks: [10.${index % 256}.0.0/16]\n`,
  );
  const { configuration } = await load({ yaml: `access:\n  rules:\n${rules.join('')}` });
  assert.equal(configuration.access.rules.length, 10_000);
  assert.equal(configuration.access.rules.at(-1)?.place.line, 3 + 9999 * 4);
});

test('A list that aliases multiply is refused before it fills the memory.', async () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `u${index}`).join(', ');
  const rest = '    - { allow: pull, users: *all }\n'.repeat(99);
  const yaml = `access:\n  rules:\n    - { allow: pull, users: &all [${names}] }\n${rest}`;
  assert.deepEqual((await problemsOf({ yaml })).slice(0, 1), [
    'dockgate.yaml:53:22: access.rules[].users is too long: all rules together may hold 1000000 words. Use groups.',
  ]);
});

test('The configuration refuses exactly the patterns that cannot be matched.', (context) => {
  const random = seededRandom(context);
  const pieces = [
    'a',
    'B9',
    '.',
    '..',
    '-',
    '_',
    '*',
    '**',
    '/',
    '/',
    '/',
    '${user}',
    '$',
    '{',
    ' ',
    'é',
    '\n',
  ];
  const editor = new RegExp(String(repositoryPattern.schema['pattern']), 'u');
  let good = 0;
  for (let round = 0; round < 20_000; round += 1) {
    let text = '';
    for (let count = random(9); count >= 0; count -= 1) text += pieces[random(pieces.length)];
    const fault = patternFault(text);
    assert.equal(fault === undefined, isPattern(text), JSON.stringify(text));
    if (fault === undefined) assert.match(text, editor);
    if (fault === undefined) good += 1;
  }
  assert.ok(good > 1000);
  assert.equal(patternFault('a'.repeat(255)), undefined);
  assert.equal(patternFault('a'.repeat(256)), 'is longer than 255 characters');
});

function isPattern(text: string): boolean {
  try {
    return new Pattern(text).text === text;
  } catch {
    return false;
  }
}
