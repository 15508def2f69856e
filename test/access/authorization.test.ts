import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authorization } from '../../src/access/authorization.js';
import { Groups } from '../../src/access/groups.js';
import { operationOf } from '../../src/access/operation.js';
import { compilePolicy } from '../../src/access/rules.js';
import type { RuleConfiguration } from '../../src/configuration/access.js';
import { EVERYWHERE, type Limits } from '../../src/exchange/rights.js';
import { rule } from './rule-texts.js';

const ADDRESS = '192.0.2.1';
const alice = { user: 'alice', address: ADDRESS };
const stranger = { user: undefined, address: ADDRESS };
const robot = { user: 'robot:ci', address: ADDRESS };

const authorize = (...rules: RuleConfiguration[]): Authorization =>
  new Authorization({ current: compilePolicy(rules, Groups.none) });

const only = (name: string): Limits => ({ allows: (_, subject) => subject === name });
const pull = (subject: string): { action: 'pull'; subject: string } => ({ action: 'pull', subject });
const operation = (method: string, path: string): ReturnType<typeof operationOf> =>
  operationOf(method, { raw: path, path, query: '' });

test('without rules a user by password need not be asked', () => {
  const open = authorize();
  assert.equal(open.rightsOf(alice, undefined), undefined);
  assert.equal(open.rightsOf(alice, only('a'))?.may('pull', 'a'), true);
  assert.equal(open.rightsOf(alice, only('a'))?.may('pull', 'b'), false);
  assert.equal(open.rightsOf(stranger, undefined)?.may('pull', 'a'), false);
  assert.equal(open.rightsOf(stranger, only('a'))?.may('pull', 'a'), false);
  assert.ok(open.allows(alice, undefined, operation('DELETE', '/v2/a/manifests/x')));
  assert.ok(open.allows(alice, undefined, operation('GET', '/metrics')));
  assert.ok(!open.allows(stranger, undefined, operation('GET', '/v2/')));
});

test('what credentials open counts as far as the rules go', () => {
  const authorization = authorize(rule({ users: ['alice'], repositories: ['a', 'b'] }));
  assert.ok(authorization.isAllowed(alice, undefined, pull('b')));
  assert.ok(authorization.isAllowed(alice, only('a'), pull('a')));
  assert.ok(!authorization.isAllowed(alice, only('a'), pull('b')));
  assert.ok(!authorization.isAllowed(alice, only('c'), pull('c')));
  assert.ok(!authorization.isAllowed({ ...alice, user: 'bob' }, only('a'), pull('a')));
});

test('a robot may do what its token says, but for what a rule denies that comes first', () => {
  const authorization = authorize(
    rule({ effect: 'deny', repositories: ['secret'] }),
    rule({ users: ['alice'] }),
    rule({ users: ['robot:ci'], repositories: ['kept'] }),
    rule({ effect: 'deny', repositories: ['kept'] }),
  );
  const all: Limits = { allows: () => true };
  assert.ok(authorization.isAllowed(robot, all, pull('anything')));
  assert.ok(authorization.isAllowed(robot, all, pull('kept')));
  assert.ok(!authorization.isAllowed(robot, all, pull('secret')));
  assert.ok(!authorization.isAllowed(robot, only('a'), pull('b')));
  assert.ok(!authorization.isAllowed(robot, all, { action: 'pull', subject: EVERYWHERE }));
  // Without a token's limits there is nothing that it says.
  assert.ok(!authorization.isAllowed(robot, undefined, pull('kept')));
  assert.equal(authorize().rightsOf(robot, undefined)?.may('pull', 'a'), false);
  assert.equal(authorize().rightsOf(robot, only('a'))?.may('pull', 'a'), true);
});

test('where nothing is needed strangers are let in only if there is something for them', () => {
  const greeting = operation('GET', '/v2/');
  assert.ok(!authorize(rule({})).allows(stranger, undefined, greeting));
  assert.ok(authorize(rule({})).allows(alice, undefined, greeting));
  assert.ok(authorize(rule({ anonymous: true })).allows(stranger, undefined, greeting));
  assert.ok(!authorize(rule({ anonymous: true, effect: 'deny' })).allows(stranger, undefined, greeting));
});

test('all that an operation needs has to be allowed', () => {
  const path = '/v1/repositories/x/tags';
  assert.ok(!authorize(rule({ repositories: ['x'] })).allows(alice, undefined, operation('GET', path)));
  assert.ok(authorize(rule({ repositories: ['x', '*/x'] })).allows(alice, undefined, operation('GET', path)));
  assert.ok(
    !authorize(rule({ repositories: ['**'] })).allows(alice, undefined, operation('GET', '/metrics')),
  );
});

test('nobody may pull from a repository that cannot be', () => {
  assert.equal(
    authorize(rule({ anonymous: true }))
      .rightsOf(stranger, undefined)
      ?.may('pull', ''),
    false,
  );
  assert.equal(
    authorize()
      .rightsOf(robot, { allows: () => true })
      ?.may('pull', ''),
    false,
  );
});

test('other rules hold as soon as they are there', () => {
  const policy = { current: compilePolicy([rule({})], Groups.none) };
  const authorization = new Authorization(policy);
  const rights = authorization.rightsOf(alice, undefined);
  assert.equal(rights?.may('pull', 'a'), true);
  policy.current = compilePolicy([rule({ users: ['bob'] })], Groups.none);
  assert.equal(rights?.may('pull', 'a'), false);
});
