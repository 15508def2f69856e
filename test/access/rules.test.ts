// biome-ignore-all lint/suspicious/noTemplateCurlyInString: operators write it so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNot } from '../../src/access/explanation.js';
import { parseGroups } from '../../src/access/group-file.js';
import { Groups } from '../../src/access/groups.js';
import type { Asker, Policy } from '../../src/access/policy.js';
import { compilePolicy, missingGroups } from '../../src/access/rules.js';
import type { RuleConfiguration } from '../../src/configuration/access.js';
import { formatProblem } from '../../src/configuration/problem.js';
import type { Action } from '../../src/exchange/action.js';
import { EVERYWHERE, type Subject } from '../../src/exchange/rights.js';
import { rule } from './rule-texts.js';

const groups = parseGroups(Buffer.from('team-a: alice bob\nteam-b: bob'), 'groups').groups;
const from = (user: string | undefined, address = '192.0.2.1'): Asker => ({ user, address });

function allowed(
  policy: Policy,
  user: string | undefined,
  action: Action,
  subject: Subject,
  address?: string,
): boolean {
  return policy.decide(from(user, address), action, subject).allowed;
}

const ACTIONS = ['pull', 'push', 'delete', 'catalog', 'search', 'admin'] as const;

test('without rules users may do everything and strangers nothing', () => {
  const policy = compilePolicy([], Groups.none);
  assert.ok(policy.isOpen && !policy.admitsStrangers);
  for (const action of ACTIONS) {
    for (const subject of ['a', EVERYWHERE, undefined] as const) {
      assert.ok(allowed(policy, 'alice', action, subject));
      assert.ok(!allowed(policy, undefined, action, subject));
    }
  }
});

test('as soon as there is a rule nothing else is allowed', () => {
  const policy = compilePolicy([rule({ users: ['alice'], repositories: ['a/*'] })], groups);
  assert.ok(!policy.isOpen);
  assert.ok(allowed(policy, 'alice', 'pull', 'a/b'));
  assert.ok(!allowed(policy, 'alice', 'push', 'a/b'));
  assert.ok(!allowed(policy, 'alice', 'pull', 'b/b'));
  assert.ok(!allowed(policy, 'bob', 'pull', 'a/b'));
  assert.ok(!allowed(policy, undefined, 'pull', 'a/b'));
  assert.ok(!allowed(policy, 'alice', 'admin', undefined));
  assert.equal(policy.decide(from('bob'), 'pull', 'a/b').rule, undefined);
});

test('the first rule that fits decides, wherever it is indexed', () => {
  const rules = [
    rule({ effect: 'deny', users: ['bob'], repositories: ['team/secret'] }),
    rule({ groups: ['team-a'], repositories: ['team/**'] }),
    rule({ effect: 'deny', repositories: ['team/**'] }),
    rule({ anonymous: true }),
  ];
  const policy = compilePolicy(rules, groups);
  const decides = (user: string | undefined, name: string): number => {
    const decision = policy.decide(from(user), 'pull', name).rule;
    return decision === undefined ? -1 : rules.indexOf(decision);
  };
  assert.equal(decides('bob', 'team/secret'), 0);
  assert.equal(decides('alice', 'team/secret'), 1);
  assert.equal(decides('carol', 'team/secret'), 2);
  assert.equal(decides(undefined, 'team/secret'), 2);
  assert.equal(decides(undefined, 'other'), 3);
  assert.equal(decides('robot:ci', 'other'), 3);
  assert.ok(policy.admitsStrangers);
});

test('a rule that names nobody allows those with a name, and denies strangers too', () => {
  const rules = [
    rule({ effect: 'deny', repositories: ['x'] }),
    rule({}),
    rule({ anonymous: true, repositories: ['y'] }),
  ];
  const policy = compilePolicy(rules, groups);
  assert.ok(!allowed(policy, 'alice', 'pull', 'x'));
  assert.equal(policy.decide(from(undefined), 'pull', 'x').rule, rules[0]);
  assert.ok(allowed(policy, 'anybody', 'pull', 'z'));
  assert.ok(!allowed(policy, undefined, 'pull', 'z'));
  assert.ok(allowed(policy, undefined, 'pull', 'y'));
});

test('a star is everybody with a name, and a user of that name is nobody else', () => {
  const policy = compilePolicy(
    [rule({ users: ['*'], repositories: ['a'] }), rule({ users: ['bob'], repositories: ['b'] })],
    groups,
  );
  assert.ok(allowed(policy, 'anybody', 'pull', 'a'));
  assert.ok(!allowed(policy, undefined, 'pull', 'a'));
  assert.ok(!allowed(policy, '*', 'pull', 'b'));
});

test('the name of a user is no pattern', () => {
  const policy = compilePolicy([rule({ actions: ['push'], repositories: ['${user}/**'] })], Groups.none);
  assert.ok(allowed(policy, 'alice', 'push', 'alice/x'));
  assert.ok(!allowed(policy, 'alice', 'push', 'bob/x'));
  for (const user of ['*', '**', 'a/b', '${user}', 'a\u0000', '\u202ea', 'robot:a', '', '../a', 'A']) {
    for (const name of ['a/x', 'a/b/x', 'b/x', `${user}/x`, '*/x', '/x']) {
      assert.ok(!allowed(policy, user, 'push', name), `${JSON.stringify(user)} ${name}`);
    }
  }
  assert.ok(!allowed(policy, undefined, 'push', 'undefined/x'));
});

test('networks limit rules; an address that cannot be read is allowed nothing by them and denied all', () => {
  const policy = compilePolicy(
    [
      rule({ effect: 'deny', networks: ['10.6.0.0/16'] }),
      rule({ users: ['alice'], networks: ['10.0.0.0/8', 'fd00::/8'] }),
      rule({ users: ['bob'] }),
    ],
    groups,
  );
  assert.ok(allowed(policy, 'alice', 'pull', 'a', '10.1.1.1'));
  assert.ok(allowed(policy, 'alice', 'pull', 'a', '::ffff:10.1.1.1'));
  assert.ok(allowed(policy, 'alice', 'pull', 'a', 'fd00::1'));
  assert.ok(!allowed(policy, 'alice', 'pull', 'a', '11.1.1.1'));
  assert.ok(!allowed(policy, 'alice', 'pull', 'a', '10.6.1.1'));
  assert.ok(allowed(policy, 'bob', 'pull', 'a', '11.1.1.1'));
  assert.ok(!allowed(policy, 'bob', 'pull', 'a', ''));
});

test('for all repositories at once a rule allows only when it is for all, and denies when it is for some', () => {
  const decide = (rules: RuleConfiguration[], user: string | undefined = 'alice'): boolean =>
    allowed(compilePolicy(rules, groups), user, 'pull', EVERYWHERE);
  assert.ok(decide([rule({})]));
  assert.ok(decide([rule({ repositories: ['a', '**'] })]));
  assert.ok(!decide([rule({ repositories: ['a/**', '*/**', '*'] })]));
  assert.ok(!decide([rule({ effect: 'deny', repositories: ['a'] }), rule({})]));
  assert.ok(decide([rule({}), rule({ effect: 'deny', repositories: ['a'] })]));
  assert.ok(decide([rule({ repositories: ['a'] }), rule({})]));
  assert.ok(!decide([rule({ effect: 'deny', repositories: ['${user}/x'] }), rule({})]));
  assert.ok(decide([rule({ effect: 'deny', repositories: ['${user}/x'] }), rule({})], 'A'));
  assert.ok(
    !decide([rule({ effect: 'deny', repositories: ['${user}/x'] }), rule({ effect: 'deny' }), rule({})], 'A'),
  );
  assert.ok(decide([rule({ effect: 'deny', users: ['bob'], repositories: ['a'] }), rule({})]));
  assert.ok(decide([rule({ effect: 'deny', actions: ['push'] }), rule({})]));
  assert.ok(!decide([rule({ effect: 'deny', networks: ['192.0.2.0/24'] }), rule({})]));
});

test('the registry as a whole has actions of its own', () => {
  const policy = compilePolicy(
    [
      rule({ users: ['bob'], actions: ['catalog', 'search'] }),
      rule({ users: ['alice'], actions: [...ACTIONS] }),
    ],
    groups,
  );
  assert.ok(allowed(policy, 'bob', 'catalog', undefined));
  assert.ok(allowed(policy, 'bob', 'search', undefined));
  assert.ok(!allowed(policy, 'bob', 'admin', undefined));
  assert.ok(!allowed(policy, 'bob', 'pull', 'a'));
  assert.ok(allowed(policy, 'alice', 'admin', undefined));
});

test('nothing is allowed in a repository without a name', () => {
  const policy = compilePolicy([rule({ anonymous: true })], groups);
  assert.ok(!allowed(policy, undefined, 'pull', ''));
  assert.ok(allowed(policy, undefined, 'pull', 'a'));
});

test('groups that are not there are named with the place of the rule, and fit nobody', () => {
  const rules = [rule({ groups: ['team-a', 'nobody'], place: { file: 'dockgate.yaml', line: 7 } })];
  assert.deepEqual(missingGroups(rules, groups).map(formatProblem), [
    'dockgate.yaml:7: there is no group "nobody" in the file of groups',
  ]);
  assert.ok(!allowed(compilePolicy([rule({ groups: ['nobody'] })], groups), 'nobody', 'pull', 'a'));
});

test('an explanation says what keeps a rule from deciding', () => {
  const only = rule({ users: ['alice'], repositories: ['a/*'], networks: ['10.0.0.0/8'] });
  const why = (
    user: string | undefined,
    address: string,
    action: Action,
    subject: Subject,
  ): string | undefined => whyNot(only, { user, address }, action, subject, groups);
  assert.equal(why('alice', '10.0.0.1', 'push', 'a/b'), 'action');
  assert.equal(why('bob', '10.0.0.1', 'pull', 'a/b'), 'user');
  assert.equal(why(undefined, '10.0.0.1', 'pull', 'a/b'), 'user');
  assert.equal(why('alice', '11.0.0.1', 'pull', 'a/b'), 'network');
  assert.equal(why('alice', '10.0.0.1', 'pull', 'b/b'), 'repository');
  assert.equal(why('alice', '10.0.0.1', 'pull', EVERYWHERE), 'repository');
  assert.equal(why('alice', '10.0.0.1', 'pull', 'a/b'), undefined);
  assert.equal(whyNot(rule({ groups: ['team-b'] }), from('bob'), 'pull', 'x', groups), undefined);
});
