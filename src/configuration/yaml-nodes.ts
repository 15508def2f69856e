import { type Document, isAlias, isNode, isScalar, type Node, visit } from 'yaml';
import type { Place, Problem } from './problem.js';

/** The nodes of one YAML document: what they stand for, and where they are. */
export class YamlNodes {
  readonly #document: Document.Parsed;
  readonly #locate: (offset: number) => Place;
  readonly #problems: Problem[];
  /** Nodes by the names of their anchors, in the order of the text; a name may come again. */
  #anchors: Map<string, Node[]> | undefined;

  constructor(document: Document.Parsed, locate: (offset: number) => Place, problems: Problem[]) {
    this.#document = document;
    this.#locate = locate;
    this.#problems = problems;
  }

  /** What a node stands for, through an alias if it is one. An alias of nothing is noted. @param hint ends the sentence */
  resolve(node: unknown, subject: string, hint = ''): Node | undefined | 'broken' {
    if (!isAlias(node)) return isNode(node) ? node : undefined;
    const target = this.#nodesOf(node.source).findLast((anchored) => offsetOf(anchored) < offsetOf(node));
    if (target !== undefined) return target;
    const message = `${subject} uses an alias ("*name") that no anchor ("&name") above defines.${hint}`;
    this.note(this.place(node), message);
    return 'broken';
  }

  place(node: unknown): Place {
    return this.#locate(offsetOf(node));
  }

  note(place: Place, message: string): void {
    this.#problems.push({ place, message });
  }

  /** Found in one go: the parser's own way goes through the whole document for each alias. */
  #nodesOf(name: string): readonly Node[] {
    if (this.#anchors === undefined) {
      const anchors = new Map<string, Node[]>();
      visit(this.#document, (_, node) => {
        if (!isNode(node) || isAlias(node) || node.anchor === undefined) return;
        anchors.set(node.anchor, [...(anchors.get(node.anchor) ?? []), node]);
      });
      this.#anchors = anchors;
    }
    return this.#anchors.get(name) ?? [];
  }
}

/** Whether there is nothing behind a key. */
export function isEmpty(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

function offsetOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? Number(range[0]) : 0;
}
