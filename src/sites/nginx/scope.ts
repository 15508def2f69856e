import { type Directive, named } from '../directive.js';

/** A block within others: what it does not say itself, the ones around it may. */
export class Scope {
  readonly block: readonly Directive[];
  readonly parent: Scope | undefined;
  /** The location, server or limit_except; undefined: the http block. */
  readonly directive: Directive | undefined;

  constructor(block: readonly Directive[], directive?: Directive, parent?: Scope) {
    this.block = block;
    this.directive = directive;
    this.parent = parent;
  }

  inner(directive: Directive): Scope {
    return new Scope(directive.block ?? [], directive, this);
  }

  /** What the nearest block says that has one of these directives; empty: none does. */
  inherited(...names: readonly string[]): readonly Directive[] {
    const own = named(this.block, ...names);
    return own.length > 0 ? own : (this.parent?.inherited(...names) ?? []);
  }

  /** The one directive that counts. */
  one(name: string): Directive | undefined {
    return this.inherited(name).at(-1);
  }

  /** This one and those around it, from the inside. */
  *chain(): Generator<Scope> {
    let scope: Scope | undefined = this;
    while (scope !== undefined) {
      yield scope;
      scope = scope.parent;
    }
  }
}
