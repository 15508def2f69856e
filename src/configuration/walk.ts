import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { RuleConfiguration } from './access.js';
import { fold, nearest } from './nearest.js';
import { settingMeant } from './other-names.js';
import type { Place } from './problem.js';
import { readRules } from './rules.js';
import type { Setting } from './setting.js';
import { allSettings } from './settings.js';
import { type Branch, type Leaf, type RuleList, shortForm, tree } from './tree.js';
import { quote } from './values/quote.js';
import type { Written } from './written.js';
import { isEmpty, type YamlNodes } from './yaml-nodes.js';

/** One way through a YAML document along the tree of settings. Nothing deeper than the tree is looked at. */
export class Walk {
  readonly source = new Map<string, Written[]>();
  /** The rules, as they stand in the file. */
  rules: readonly RuleConfiguration[] = [];
  readonly #nodes: YamlNodes;
  readonly #directory: string;

  constructor(nodes: YamlNodes, directory: string) {
    this.#nodes = nodes;
    this.#directory = directory;
  }

  root(map: YAMLMap): void {
    this.#mapping(map, tree, '');
  }

  #mapping(map: YAMLMap, branch: Branch, prefix: string): ReadonlySet<string> {
    const seen = new Map<string, Place>();
    for (const { key, value } of map.items) {
      const place = this.#nodes.place(key);
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
      if (name === undefined) {
        this.#nodes.note(place, 'A key must be a plain word.');
        continue;
      }
      const subject = `${prefix}${name}`;
      const first = seen.get(name);
      if (first !== undefined) {
        this.#nodes.note(place, `${printable(subject)} is written twice; line ${first.line} has it already.`);
        continue;
      }
      seen.set(name, place);
      const child = branch.children.get(name);
      if (child === undefined) this.#unknown(name, branch, prefix, place);
      else this.#child(value, child, subject, place);
    }
    return new Set(seen.keys());
  }

  #child(written: unknown, child: Branch | Leaf | RuleList, subject: string, place: Place): void {
    const node = this.#nodes.resolve(written, subject);
    if (node === 'broken') return;
    if (child.type === 'rules') this.rules = readRules(node, this.#nodes, place);
    else if (child.type === 'leaf') this.#leaf(node, child.setting, subject, place);
    else if (child.repeated) this.#list(node, child, subject, place);
    else if (isMap(node)) this.#mapping(node, child, `${subject}.`);
    else if (isEmpty(node)) return;
    else {
      const short = shortForm(child);
      const either = short === undefined ? '' : `${short.kind.expected}; or `;
      if (short !== undefined && isScalar(node)) this.#leaf(node, short, subject, place);
      else
        this.#nodes.note(
          this.#nodes.place(node),
          `${subject} must be ${either}a mapping with ${keys(child)}.`,
        );
    }
  }

  /** A list of mappings, each of which must be complete. */
  #list(node: Node | undefined, child: Branch, subject: string, place: Place): void {
    if (!isSeq(node)) {
      this.#nodes.note(
        isEmpty(node) ? place : this.#nodes.place(node),
        `${subject} must be a list of mappings with ${keys(child)}.`,
      );
      return;
    }
    for (const written of node.items) {
      const item = this.#nodes.resolve(written, subject);
      if (item === 'broken') continue;
      if (!isMap(item)) {
        this.#nodes.note(this.#nodes.place(item), `${subject} must hold only mappings with ${keys(child)}.`);
        continue;
      }
      const present = this.#mapping(item, child, `${subject}[].`);
      for (const name of child.children.keys()) {
        if (!present.has(name)) this.#nodes.note(this.#nodes.place(item), `${subject}[] lacks "${name}".`);
      }
    }
  }

  #leaf(node: Node | undefined, setting: Setting, subject: string, place: Place): void {
    if (!isSeq(node)) {
      this.#scalar(node, setting, subject, place);
      return;
    }
    // A list of mappings makes a list of each of its keys; one of them is still a single value.
    if (setting.count !== 'many' || setting.path.includes('[]')) {
      this.#nodes.note(this.#nodes.place(node), `${subject} must be a single value, not a list.`);
      return;
    }
    if (node.items.length === 0 && setting.fallback.length > 0) {
      this.#nodes.note(
        this.#nodes.place(node),
        `${subject} must have at least one value. Without the line it is ${setting.fallback.join(', ')}.`,
      );
    }
    for (const written of node.items) {
      const item = this.#nodes.resolve(written, subject);
      if (item === 'broken') continue;
      if (isSeq(item))
        this.#nodes.note(this.#nodes.place(item), `${subject} must not have a list in its list.`);
      else this.#scalar(item, setting, subject, isEmpty(item) ? this.#nodes.place(written) : place);
    }
  }

  #scalar(node: Node | undefined, setting: Setting, subject: string, place: Place): void {
    if (isEmpty(node)) {
      this.#nodes.note(place, `${subject} has no value. Write ${setting.kind.expected}, or remove the line.`);
      return;
    }
    if (!isScalar(node)) {
      this.#nodes.note(
        this.#nodes.place(node),
        `${subject} must be ${setting.kind.expected}, not a mapping.`,
      );
      return;
    }
    const complaint = wrongType(node, setting);
    if (complaint !== undefined) {
      this.#nodes.note(this.#nodes.place(node), `${subject} ${complaint}`);
      return;
    }
    const written = {
      text: String(node.value),
      subject,
      place: this.#nodes.place(node),
      directory: this.#directory,
    };
    const before = this.source.get(setting.path);
    if (before === undefined) this.source.set(setting.path, [written]);
    else before.push(written);
  }

  #unknown(name: string, branch: Branch, prefix: string, place: Place): void {
    if (name === '<<') {
      this.#nodes.note(place, 'Mappings cannot be merged ("<<") here. Write the settings out.');
      return;
    }
    const known = [...branch.children.keys()];
    const guess = nearest(name, known);
    const elsewhere = allSettings.find(({ path }) => fold(path.split('.').at(-1) ?? '') === fold(name));
    const meant =
      guess === undefined ? (settingMeant(`${prefix}${name}`) ?? elsewhere?.path) : `${prefix}${guess}`;
    const hint = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
    this.#nodes.note(place, `${quote(`${prefix}${name}`)} is not a known setting. ${hint}`);
  }
}

function keys(branch: Branch): string {
  return `the ${branch.children.size === 1 ? 'key' : 'keys'} ${[...branch.children.keys()].join(', ')}`;
}

function printable(subject: string): string {
  return quote(subject).slice(1, -1);
}

function wrongType(node: Scalar, setting: Setting): string | undefined {
  const { kind } = setting;
  const type = typeof node.value;
  if (type === 'string' && kind.scalars.has('boolean'))
    return `must be ${kind.expected}, not ${quote(String(node.value))}.${truthMeant(String(node.value))}`;
  if ((type === 'string' || type === 'number' || type === 'boolean') && kind.scalars.has(type))
    return undefined;
  const text = node.source ?? String(node.value);
  if (kind.scalars.has('string') && 'value' in kind.parse(text, '/')) {
    return kind.hidden ? 'must be text. Put it in quotes.' : `must be text. Put it in quotes: '${text}'.`;
  }
  if (kind.hidden) return `must be ${kind.expected}.`;
  return `must be ${kind.expected}, not ${quote(text)}.`;
}

/** YAML 1.1 had more words for them. */
function truthMeant(text: string): string {
  if (/^(?:yes|y|on)$/i.test(text)) return ' Write true.';
  return /^(?:no|n|off)$/i.test(text) ? ' Write false.' : '';
}
