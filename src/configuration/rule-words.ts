import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import type { Place } from './problem.js';
import type { Kind } from './values/kind.js';
import { quote } from './values/quote.js';
import { isEmpty, type YamlNodes } from './yaml-nodes.js';

/** Words of all rules together. An alias stands for a whole list, so that a small file could hold billions. */
const mostWords = 1_000_000;

const starHint = ` A pattern that begins with a star needs quotes: '*/base'.`;

/** Reads what stands behind the keys of rules, and notes what is wrong with it. */
export class RuleWords {
  readonly #nodes: YamlNodes;
  #left = mostWords;

  constructor(nodes: YamlNodes) {
    this.#nodes = nodes;
  }

  /** One word or a list of them, checked. @param place of the key */
  list(written: unknown, subject: string, place: Place, kind: Kind<string>): readonly string[] {
    const node = this.#nodes.resolve(written, subject, starHint);
    if (node === 'broken') return [];
    if (!isSeq(node)) return this.#word(node, subject, place, kind);
    if (node.items.length === 0) {
      this.#nodes.note(
        this.#nodes.place(node),
        `${subject} must have at least one value, or the line must go.`,
      );
    }
    const words = new Set<string>();
    for (const item of node.items) {
      if (!this.#count(subject, place)) break;
      const inner = this.#nodes.resolve(item, subject, starHint);
      if (inner === 'broken') continue;
      const itemPlace = this.#nodes.place(item);
      if (isSeq(inner)) this.#nodes.note(itemPlace, `${subject} must not have a list in its list.`);
      else {
        for (const word of this.#word(inner, subject, itemPlace, kind)) {
          if (words.has(word)) this.#nodes.note(itemPlace, `${subject} names ${quote(word)} twice.`);
          words.add(word);
        }
      }
    }
    return [...words];
  }

  /** `true` or `false`. */
  truth(written: unknown, subject: string, place: Place): readonly string[] {
    const node = this.#nodes.resolve(written, subject);
    if (node === 'broken') return [];
    if (isScalar(node) && typeof node.value === 'boolean') return [String(node.value)];
    this.#nodes.note(isEmpty(node) ? place : this.#nodes.place(node), `${subject} must be true or false.`);
    return [];
  }

  #word(node: Node | undefined, subject: string, place: Place, kind: Kind<string>): readonly string[] {
    if (node === undefined || isEmpty(node)) {
      this.#nodes.note(place, `${subject} has no value. Write ${kind.expected}, or remove the line.`);
      return [];
    }
    if (isMap(node) || !isScalar(node)) {
      this.#nodes.note(this.#nodes.place(node), `${subject} must be ${kind.expected}, not a mapping.`);
      return [];
    }
    const parsed =
      typeof node.value === 'string' ? kind.parse(node.value, '/') : { complaint: notText(node) };
    if ('value' in parsed) return [parsed.value];
    this.#nodes.note(this.#nodes.place(node), `${subject} ${parsed.complaint}`);
    return [];
  }

  #count(subject: string, place: Place): boolean {
    this.#left -= 1;
    if (this.#left === -1) {
      this.#nodes.note(
        place,
        `${subject} is too long: all rules together may hold ${mostWords} words. Use groups.`,
      );
    }
    return this.#left >= 0;
  }
}

function notText(node: Scalar): string {
  return `must be text. Put it in quotes: '${node.source ?? String(node.value)}'.`;
}
