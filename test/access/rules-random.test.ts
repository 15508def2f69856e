// biome-ignore-all lint/suspicious/noTemplateCurlyInString: operators write it so.

import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import { whyNot } from '../../src/access/explanation.js';
import { type Group, Groups } from '../../src/access/groups.js';
import { compilePolicy } from '../../src/access/rules.js';
import type { RuleAction, RuleConfiguration } from '../../src/configuration/access.js';
import { EVERYWHERE, type Subject } from '../../src/exchange/rights.js';
import { type Below, seededRandom } from '../harness/seeded-random.js';
import { matchesNaively, randomName, randomPattern } from './patterns.js';
import { rule } from './rule-texts.js';

const USERS = ['a', 'b', 'ab', 'A', '*', 'robot:a', 'a/b', 'stranger'];
/** So many that some users are in more than are looked through one by one. */
const GROUPS = Array.from({ length: 40 }, (_, count) => `group-${count}`);
const ACTIONS = ['pull', 'push', 'delete', 'catalog', 'search', 'admin'] as const;

const some = <Item>(below: Below, items: readonly Item[]): Item[] => items.filter(() => below(4) === 0);
const one = <Item>(below: Below, items: readonly [Item, ...Item[]]): Item =>
  items[below(items.length)] ?? items[0];

function randomRule(below: Below): RuleConfiguration {
  const hasRepositories = below(4) > 0;
  const anonymous = below(6) === 0;
  const actions: readonly RuleAction[] = hasRepositories ? ['pull', 'push', 'delete'] : ACTIONS;
  return rule({
    effect: below(3) === 0 ? 'deny' : 'allow',
    actions: some(below, actions).concat('pull'),
    repositories: hasRepositories
      ? Array.from({ length: 1 + below(3) }, () => randomPattern(below))
      : undefined,
    users: anonymous ? [] : some(below, ['a', 'b', 'ab', 'A', 'robot:a', ...(below(5) === 0 ? ['*'] : [])]),
    groups: anonymous ? [] : GROUPS.filter(() => below(40) === 0),
    anonymous,
    networks: below(4) === 0 ? [one(below, ['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0'])] : [],
  });
}

function randomGroups(below: Below): Groups {
  return new Groups(
    GROUPS.slice(1).map(
      (name): Group => ({ name, line: 1, members: new Map(some(below, USERS).map((user) => [user, 1])) }),
    ),
  );
}

/** Reads one rule after the other, as the documentation tells it. */
function fits(
  { users, groups: names, anonymous, effect, networks, repositories, actions }: RuleConfiguration,
  user: string | undefined,
  address: string,
  action: RuleAction,
  subject: Subject,
  groups: Groups,
): boolean {
  const isForAll = users.length === 0 && names.length === 0;
  const isFor =
    user === undefined
      ? anonymous || (isForAll && effect === 'deny')
      : anonymous ||
        isForAll ||
        users.includes('*') ||
        users.includes(user) ||
        names.some((name) => groups.get(name)?.members.has(user));
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits] = network.split('/');
    list.addSubnet(base, Number(bits));
  }
  if (!actions.includes(action) || !isFor || (networks.length > 0 && !list.check(address))) return false;
  if (!['pull', 'push', 'delete'].includes(action) || repositories === undefined) return true;
  const name = user !== undefined && /^[a-z]+$/.test(user) ? user : undefined;
  if (typeof subject === 'string') return repositories.some((text) => matchesNaively(text, subject, name));
  if (effect === 'allow') return repositories.some((text) => /^(\*\*\/)*\*\*$|^(\*\*\/)+\*$/.test(text));
  return repositories.some((text) => name !== undefined || !text.includes('${user}'));
}

test('the index decides as reading one rule after the other does', (context) => {
  const below = seededRandom(context);
  const outcomes = new Set<string>();
  for (let round = 0; round < 150; round += 1) {
    const groups = randomGroups(below);
    const rules = Array.from({ length: 1 + below(25) }, () => randomRule(below));
    const policy = compilePolicy(rules, groups);
    for (let count = 0; count < 120; count += 1) {
      const user = below(6) === 0 ? undefined : USERS[below(USERS.length)];
      const address = one(below, ['10.1.2.3', '10.2.2.3', '11.1.1.1']);
      const action = one(below, ACTIONS);
      const isOfRepository = ['pull', 'push', 'delete'].includes(action);
      const name = below(5) === 0 ? EVERYWHERE : randomName(below);
      const subject = isOfRepository ? name : undefined;
      const expected = rules.find((each) => fits(each, user, address, action, subject, groups));
      const decision = policy.decide({ user, address }, action, subject);
      const what = `${user} ${address} ${action} ${String(subject)}\n${JSON.stringify(rules, undefined, 1)}`;
      assert.equal(decision.rule, expected, what);
      assert.equal(decision.allowed, expected?.effect === 'allow', what);
      const explained = rules.find(
        (each) => whyNot(each, { user, address }, action, subject, groups) === undefined,
      );
      assert.equal(explained, expected, what);
      outcomes.add(`${action} ${expected?.effect} ${typeof subject}`);
    }
  }
  // Each kind of outcome has come up: allowed, denied and neither, of each action.
  assert.ok(outcomes.size >= 3 * 3 * 2 + 3 * 3 - 2, [...outcomes].join('\n'));
});
