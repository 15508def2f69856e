import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { Place } from '../problem.js';
import { type Environment, evaluate, type OriginalValue } from './original-value.js';

/** A key of a flavour, from wherever the flavour has it. */
export interface OriginalKey extends OriginalValue {
  readonly name: string;
  readonly place: Place;
  /** Of a mapping: what its keys came to, by name. */
  readonly children: ReadonlyMap<string, OriginalValue>;
}

/** A written key and its value. */
interface Pair {
  readonly offset: number;
  readonly node: unknown;
}

/** Reads the flavours of a file whose YAML is sound. */
export class Flavours {
  readonly #document: Document.Parsed;
  readonly #locate: (offset: number) => Place;
  /** What has been merged, since merges of merges would be looked at again and again. */
  readonly #known = new Map<YAMLMap, Map<string, Pair>>();

  constructor(document: Document.Parsed, locate: (offset: number) => Place) {
    this.#document = document;
    this.#locate = locate;
  }

  /** Names of the flavours, in their order. */
  get names(): readonly string[] {
    const { contents } = this.#document;
    return isMap(contents) ? [...this.#pairs(contents).keys()] : [];
  }

  /**
   * The keys of a flavour with those that it merges in (`<<: *common`). One that merges nothing has the keys of `common`
   * all the same: that was the rule up to 0.6.
   *
   * @returns undefined when there is no such flavour.
   */
  keys(name: string, environment: Environment): readonly OriginalKey[] | undefined {
    const flavour = this.#section(name);
    if (flavour === undefined) return undefined;
    const common = this.#merges(flavour) ? undefined : this.#section('common');
    const pairs = new Map([...(common === undefined ? [] : this.#pairs(common)), ...this.#pairs(flavour)]);
    return [...pairs].map(([key, pair]) => this.#key(key, pair, environment));
  }

  #section(name: string): YAMLMap | undefined {
    const { contents } = this.#document;
    const node = isMap(contents) ? this.#resolve(this.#pairs(contents).get(name)?.node) : undefined;
    return isMap(node) ? node : undefined;
  }

  #merges(map: YAMLMap): boolean {
    return map.items.some(({ key }) => isScalar(key) && key.value === '<<');
  }

  /** What is written in the mapping itself beats what it merges in; of several merged ones, the first has it. */
  #pairs(map: YAMLMap): Map<string, Pair> {
    const known = this.#known.get(map);
    if (known !== undefined) return known;
    const merged = new Map<string, Pair>();
    const own = new Map<string, Pair>();
    // A mapping that merges itself finds this much.
    this.#known.set(map, own);
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (name !== '<<') {
        own.set(name, { offset: key.range?.[0] ?? 0, node: value });
        continue;
      }
      const resolved = this.#resolve(value);
      for (const source of isSeq(resolved) ? resolved.items : [resolved]) {
        const other = this.#resolve(source);
        if (!isMap(other)) continue;
        for (const [inner, pair] of this.#pairs(other)) {
          if (!merged.has(inner)) merged.set(inner, pair);
        }
      }
    }
    const all = new Map([...merged, ...own]);
    this.#known.set(map, all);
    return all;
  }

  #key(name: string, { offset, node }: Pair, environment: Environment): OriginalKey {
    const resolved = this.#resolve(node);
    const children = new Map<string, OriginalValue>();
    if (isMap(resolved)) {
      for (const [child, pair] of this.#pairs(resolved)) {
        children.set(child, evaluate(this.#plain(pair.node), environment));
      }
    }
    const value = isMap(resolved) ? { value: undefined } : evaluate(this.#plain(resolved), environment);
    return { name, place: this.#locate(offset), children, ...value };
  }

  /** The words of a scalar or a list of scalars; nothing deeper has a meaning there. */
  #plain(node: unknown): unknown {
    const resolved = this.#resolve(node);
    if (isScalar(resolved)) return resolved.value;
    if (!isSeq(resolved)) return undefined;
    return resolved.items.map((item) => {
      const inner = this.#resolve(item);
      return isScalar(inner) ? inner.value : undefined;
    });
  }

  #resolve(node: unknown): unknown {
    if (isAlias(node)) return node.resolve(this.#document);
    return isNode(node) ? node : undefined;
  }
}
