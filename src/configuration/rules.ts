import { isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import type { RuleConfiguration } from './access.js';
import { nearest } from './nearest.js';
import type { Place } from './problem.js';
import { RuleWords } from './rule-words.js';
import { network } from './values/network.js';
import { quote } from './values/quote.js';
import { repositoryPattern } from './values/repository-pattern.js';
import { actionsOf, groupName, ruleAction, userName } from './values/rule-values.js';
import { isEmpty, type YamlNodes } from './yaml-nodes.js';

const RULES = 'access.rules';
const RULE = `${RULES}[]`;
/** What a rule may say. */
const lists = {
  allow: ruleAction,
  deny: ruleAction,
  repositories: repositoryPattern,
  users: userName,
  groups: groupName,
  networks: network,
} as const;
const keys = ['allow', 'deny', 'repositories', 'users', 'groups', 'anonymous', 'networks'] as const;
type Key = (typeof keys)[number];

/** Keys that are written, with their places. */
type Places = ReadonlyMap<Key, Place>;

/**
 * Reads the list of rules, and notes everything that is wrong with any of them.
 *
 * @param place of the key, where there is nothing behind it
 */
export function readRules(
  node: Node | undefined,
  nodes: YamlNodes,
  place: Place,
): readonly RuleConfiguration[] {
  if (node === undefined || isEmpty(node)) {
    // A file that was cut off here, or all of whose rules were commented out, must not open everything to every user.
    nodes.note(place, `${RULES} has no value. Write rules, [] for none at all, or remove the line.`);
    return [];
  }
  if (!isSeq(node)) {
    nodes.note(nodes.place(node), `${RULES} must be a list of mappings with the keys ${keys.join(', ')}.`);
    return [];
  }
  const words = new RuleWords(nodes);
  const rules: RuleConfiguration[] = [];
  for (const written of node.items) {
    const item = nodes.resolve(written, RULES);
    if (item === 'broken') continue;
    if (isMap(item)) rules.push(readRule(item, nodes, words));
    else
      nodes.note(nodes.place(written), `${RULES} must hold only mappings with the keys ${keys.join(', ')}.`);
  }
  return rules;
}

function readRule(map: YAMLMap, nodes: YamlNodes, words: RuleWords): RuleConfiguration {
  const places = new Map<Key, Place>();
  const texts = new Map<Key, readonly string[]>();
  for (const { key, value } of map.items) {
    const place = nodes.place(key);
    const name = keyOf(key);
    const known = keys.find((one) => one === name);
    if (known === undefined) nodes.note(place, unknown(name));
    else if (places.has(known)) nodes.note(place, `${RULE}.${known} is written twice.`);
    else {
      places.set(known, place);
      const subject = `${RULE}.${known}`;
      const read =
        known === 'anonymous'
          ? words.truth(value, subject, place)
          : words.list(value, subject, place, lists[known]);
      texts.set(known, read);
    }
  }
  const place = nodes.place(map);
  noteContradictions(places, texts, place, nodes);
  const {
    repositories,
    users = [],
    groups = [],
    networks = [],
    allow,
    deny = [],
    anonymous,
  } = Object.fromEntries(texts) as Partial<Record<Key, readonly string[]>>;
  return {
    effect: allow === undefined ? 'deny' : 'allow',
    actions: actionsOf(allow ?? deny, repositories !== undefined),
    repositories,
    users,
    groups,
    anonymous: anonymous?.[0] === 'true',
    networks,
    place,
  };
}

function noteContradictions(
  places: Places,
  texts: ReadonlyMap<Key, readonly string[]>,
  rule: Place,
  nodes: YamlNodes,
): void {
  const [allow, deny] = [places.get('allow'), places.get('deny')];
  if (allow === undefined && deny === undefined) nodes.note(rule, `${RULE} must have allow or deny.`);
  if (allow !== undefined && deny !== undefined)
    nodes.note(deny, `${RULE} must have allow or deny, not both.`);
  for (const effect of ['allow', 'deny'] as const) {
    const [place, actions = []] = [places.get(effect), texts.get(effect)];
    if (place === undefined) continue;
    const wide = actions.find((action) => ['catalog', 'search', 'admin'].includes(action));
    if (wide !== undefined && places.has('repositories')) {
      nodes.note(
        place,
        `${RULE}.${effect} names ${wide}, which concerns the registry as a whole. Give it a rule of its own, without "repositories".`,
      );
    }
    if (actions.includes('all') && actions.length > 1) {
      nodes.note(place, `${RULE}.${effect} must be all alone, or actions without it.`);
    }
  }
  if (texts.get('anonymous')?.[0] !== 'true') return;
  for (const key of ['users', 'groups'] as const) {
    const place = places.get(key);
    if (place !== undefined)
      nodes.note(
        place,
        `${RULE}.${key} has no effect beside "anonymous", which means everybody. Remove one of the two.`,
      );
  }
}

function keyOf(key: unknown): string | undefined {
  return typeof key === 'object' && key !== null && 'value' in key && typeof key.value === 'string'
    ? key.value
    : undefined;
}

function unknown(name: string | undefined): string {
  if (name === undefined) return 'A key must be a plain word.';
  const guess = nearest(name, keys);
  const hint = guess === undefined ? `Known here: ${keys.join(', ')}.` : `Did you mean "${guess}"?`;
  return `${quote(`${RULE}.${name}`)} is not known. ${hint}`;
}
