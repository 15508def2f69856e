// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what operators write in patterns
import { expectSentences } from './sentences.js';

const keys = 'allow, deny, repositories, users, groups, anonymous, networks';
const rule = (text: string) => `access:\n  rules:\n    - ${text}\n`;
const allow = (text: string) => rule(`{ allow: pull, ${text} }`);

expectSentences([
  ['access: { rules: pull }\n', `1:18: access.rules must be a list of mappings with the keys ${keys}.`],
  [
    'access: { rules: { allow: pull } }\n',
    `1:18: access.rules must be a list of mappings with the keys ${keys}.`,
  ],
  [
    'access:\n  rules:\n',
    '2:3: access.rules has no value. Write rules, [] for none at all, or remove the line.',
  ],
  ['access: { rules: [] }\n'],
  [rule('pull'), `3:7: access.rules must hold only mappings with the keys ${keys}.`],
  [rule(''), `3:7: access.rules must hold only mappings with the keys ${keys}.`],
  [rule('users: alice'), '3:7: access.rules[] must have allow or deny.'],
  [rule('{ allow: pull, deny: push }'), '3:22: access.rules[] must have allow or deny, not both.'],
  [
    rule('{ alow: pull, user: alice, zzzzzzzz: 1 }'),
    '3:7: access.rules[] must have allow or deny.',
    '3:9: "access.rules[].alow" is not known. Did you mean "allow"?',
    '3:21: "access.rules[].user" is not known. Did you mean "users"?',
    `3:34: "access.rules[].zzzzzzzz" is not known. Known here: ${keys}.`,
  ],
  [rule('{ allow: pull, allow: push }'), '3:22: access.rules[].allow is written twice.'],
  [
    rule('allow: [pul, PUSH, everything]'),
    '3:15: access.rules[].allow must be one of pull, push, delete, catalog, search, admin, all, not "pul". Did you mean "pull"?',
    '3:20: access.rules[].allow must be one of pull, push, delete, catalog, search, admin, all, not "PUSH". Did you mean "push"?',
    '3:26: access.rules[].allow must be one of pull, push, delete, catalog, search, admin, all, not "everything".',
  ],
  [rule('deny: []'), '3:13: access.rules[].deny must have at least one value, or the line must go.'],
  [
    rule('deny:'),
    '3:7: access.rules[].deny has no value. Write one of pull, push, delete, catalog, search, admin, all, or remove the line.',
  ],
  [rule('allow: [pull, pull]'), '3:21: access.rules[].allow names "pull" twice.'],
  [rule('allow: [all, pull]'), '3:7: access.rules[].allow must be all alone, or actions without it.'],
  [
    rule('{ allow: [pull, catalog], repositories: a }'),
    '3:9: access.rules[].allow names catalog, which concerns the registry as a whole. Give it a rule of its own, without "repositories".',
  ],
  [allow('users: []'), '3:29: access.rules[].users must have at least one value, or the line must go.'],
  [allow('users: [123]'), "3:30: access.rules[].users must be text. Put it in quotes: '123'."],
  [allow('users: [[a]]'), '3:30: access.rules[].users must not have a list in its list.'],
  [
    allow('users: { a: b }'),
    '3:29: access.rules[].users must be the name of a user, or "*" for everybody who has one, not a mapping.',
  ],
  [
    allow('users: ["a:b", "a\\u0007", "a\\u202eb", "#a", "", "robot:ci", "a\\u200bb"]'),
    '3:30: access.rules[].users must not hold the name "a:b": it has a colon, which no name of a user has.',
    '3:37: access.rules[].users must not hold the name "a\\u0007": it has a character that cannot be seen.',
    '3:48: access.rules[].users must not hold the name "a\\u202eb": it has a character that cannot be seen.',
    '3:60: access.rules[].users must not hold the name "#a": it begins with #, which no name of a user does.',
    '3:66: access.rules[].users must not hold the name "": it is empty.',
    '3:70: access.rules[].users must not hold the name "robot:ci": it is a robot, and what robots may do is said by their tokens.',
    '3:82: access.rules[].users must not hold the name "a\\u200bb": it has a character that cannot be seen.',
  ],
  [
    allow('groups: [team a]'),
    '3:31: access.rules[].groups must be the name of a group: letters, digits, ".", "_", "@", "+" and "-", not "team a".',
  ],
  [
    allow('groups: team-a'),
    '3:7: access.rules[].groups names groups, but there is no file with them: set "access.groups".',
  ],
  [allow('anonymous: "true"'), '3:33: access.rules[].anonymous must be true or false.'],
  [allow('anonymous:'), '3:22: access.rules[].anonymous must be true or false.'],
  [
    `${allow('anonymous: true, users: alice, groups: a')}  groups: teams\n`,
    '3:39: access.rules[].users has no effect beside "anonymous", which means everybody. Remove one of the two.',
    '3:53: access.rules[].groups has no effect beside "anonymous", which means everybody. Remove one of the two.',
  ],
  [allow('anonymous: false, users: alice')],
  [
    allow('networks: [10.0.0.0/33, proxy]'),
    '3:33: access.rules[].networks must be a range with a prefix of 32 bits at most, not "10.0.0.0/33".',
    '3:46: access.rules[].networks must be an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8, not "proxy".',
  ],
  [
    rule('{ allow: pull, repositories: [a**, /a, a//b, "", a/.., "a b", a/**/b/**/c/**/d/**, "a$b"] }'),
    '3:37: access.rules[].repositories must not hold "a**": it has "**" beside other characters; it must stand alone between slashes.',
    '3:42: access.rules[].repositories must not hold "/a": it begins or ends with a slash, or has two in a row.',
    '3:46: access.rules[].repositories must not hold "a//b": it begins or ends with a slash, or has two in a row.',
    '3:52: access.rules[].repositories must not hold "": it is empty.',
    '3:56: access.rules[].repositories must not hold "a/..": it has the part "..", which no name has.',
    '3:62: access.rules[].repositories must not hold "a b": it may have letters, digits, ".", "_", "-", "*" and "${user}" between slashes only.',
    '3:69: access.rules[].repositories must not hold "a/**/b/**/c/**/d/**": it has "**" more than 3 times.',
    '3:90: access.rules[].repositories must not hold "a$b": it may have letters, digits, ".", "_", "-", "*" and "${user}" between slashes only.',
  ],
  [
    'access:\n  rules:\n    - allow: pull\n      repositories: */base\n',
    `4:21: access.rules[].repositories uses an alias ("*name") that no anchor ("&name") above defines. A pattern that begins with a star needs quotes: '*/base'.`,
  ],
]);
