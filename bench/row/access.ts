// biome-ignore-all lint/suspicious/noTemplateCurlyInString: operators write it so.

import { Authorization } from '../../src/access/authorization.js';
import { parseGroups } from '../../src/access/group-file.js';
import { operationOf } from '../../src/access/operation.js';
import type { Asker } from '../../src/access/policy.js';
import { compilePolicy } from '../../src/access/rules.js';
import type { RuleConfiguration } from '../../src/configuration/access.js';
import type { Target } from '../../src/routing/target.js';
import type { RowResult } from '../report/row-result.js';
import type { Row } from './row.js';

/** Microseconds. */
const LIMIT = 3;

const RULES = 10_000;
const GROUPS = 1_000;
const USERS = 20_000;
const REQUESTS = 200_000;
const FEW = 100;

const OPEN = 'dockgate, no rules';
const SUBJECT = 'dockgate';

interface Request {
  readonly asker: Asker;
  readonly method: string;
  readonly target: Target;
}

/**
 * What a decision costs, from the target parsed once to the answer, with 10,000 rules and 1,000 groups. No peer has rules
 * of this kind, so what it is compared with is the same without any rule: what reading the request costs.
 */
export const accessRow: Row = {
  name: 'access',
  async measure(stage) {
    stage.say(`access: ${RULES} rules`);
    const requests = Array.from({ length: REQUESTS }, (_, count) => requestAt(count));
    const policy = compilePolicy(
      Array.from({ length: RULES }, (_, count) => ruleAt(count)),
      groups(),
    );
    const closed = new Authorization({ current: policy });
    const open = new Authorization({ current: compilePolicy([], groups()) });
    const rounds = Array.from({ length: stage.options.rounds }, () => ({
      open: timed(open, requests),
      closed: timed(closed, requests),
      few: timed(closed, requests.slice(0, FEW), REQUESTS / FEW),
    }));
    return [result(rounds)];
  },
};

/** Groups of 50 users; a user is in two or three. */
function groups(): ReturnType<typeof parseGroups>['groups'] {
  const lines = Array.from({ length: GROUPS }, (_, group) => {
    const users = Array.from({ length: 50 }, (_, member) => `user-${(group * 20 + member * 397) % USERS}`);
    return `team-${group}: ${users.join(' ')}`;
  });
  return parseGroups(Buffer.from(lines.join('\n')), 'groups').groups;
}

/** For each team five rules, for every tenth user one of their own, for everybody 3,000 on places of all kinds. */
function ruleAt(count: number): RuleConfiguration {
  const number = count >> 1;
  const team = number % GROUPS;
  const base = { users: [], groups: [], anonymous: false, networks: [], place: { file: 'bench' } } as const;
  if (count % 10 < 5) {
    const kinds = [
      `team-${team}/**`,
      `*/shared-${team}`,
      `team-${team}-*/**`,
      `**/mirror-${team}`,
      `project-${number}`,
    ];
    const repositories = [kinds[count % 5] ?? '**'];
    return { ...base, effect: 'allow', actions: ['pull', 'push'], repositories, groups: [`team-${team}`] };
  }
  if (count % 10 < 7) {
    const repositories = [`area-${number}/**`, '${user}/**'];
    return {
      ...base,
      effect: 'allow',
      actions: ['pull', 'push', 'delete'],
      repositories,
      users: [`user-${number}`],
    };
  }
  const networks = count % 10 === 7 ? [`10.${number % 256}.0.0/16`] : [];
  const repositories = [[`public-${number}/**`, `*/base-${number}`, `p${number}-*/**`][count % 3] ?? '**'];
  return { ...base, effect: count % 4 === 0 ? 'deny' : 'allow', actions: ['pull'], repositories, networks };
}

/** Pulls mostly; of users and repositories that come once, and of some that nobody knows. */
function requestAt(count: number): Request {
  const number = (count * 7_919) % 1_000_003;
  const user = number % 10 === 0 ? `unknown-${number}` : `user-${number % USERS}`;
  const names = [
    `team-${number % GROUPS}/image-${number}`,
    `public-${number % 5_000}/some/image-${number}`,
    `area-${number % 5_000}/image`,
    `team-${number % GROUPS}-web/app/image-${number}`,
    `elsewhere/${number}/base-${number % 5_000}`,
    `user-${number % USERS}/image-${number}`,
  ];
  const name = names[number % names.length] ?? 'image';
  const digest = `sha256:${number.toString(16).padStart(64, '0')}`;
  const paths = [`/v2/${name}/manifests/v${number % 50}`, `/v2/${name}/blobs/${digest}`];
  const path = paths[number % 2] ?? '';
  const asker = { user, address: `10.${number % 256}.1.${count % 256}` };
  return { asker, method: number % 20 === 0 ? 'PUT' : 'GET', target: { raw: path, path, query: '' } };
}

/** @returns microseconds of processor time for one request, the collection of garbage included */
function timed(authorization: Authorization, requests: readonly Request[], times = 1): number {
  let allowed = 0;
  const start = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    for (const { asker, method, target } of requests) {
      if (authorization.allows(asker, undefined, operationOf(method, target))) allowed += 1;
    }
  }
  const { user, system } = process.cpuUsage(start);
  const microseconds = (user + system) / (requests.length * times);
  if (allowed === 0) throw new Error('nothing was allowed');
  return microseconds;
}

interface Round {
  readonly open: number;
  readonly closed: number;
  /** The same few requests again and again. */
  readonly few: number;
}

function result(rounds: readonly Round[]): RowResult {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const open = rounds.map((round) => round.open);
  const closed = rounds.map((round) => round.closed);
  const ratio = middle(rounds.map((round) => round.closed / round.open));
  const details = { 'few of them': middle(rounds.map((round) => round.few)), first: closed[0] ?? 0 };
  return {
    name: 'access',
    title: `CPU µs to decide a request, ${RULES.toLocaleString('en-US')} rules, ${GROUPS.toLocaleString('en-US')} groups`,
    unit: 'µs',
    baseline: OPEN,
    subject: SUBJECT,
    targets: [{ limit: LIMIT, of: 'value' }],
    lines: [
      { contender: OPEN, values: open, median: middle(open), ratio: 1, details: {} },
      { contender: SUBJECT, values: closed, median: middle(closed), ratio, details },
    ],
  };
}
