import type { Place } from '../configuration/problem.js';

/** Where a directive begins. */
export type DirectivePlace = Place & { readonly line: number; readonly column: number };

/** A directive of nginx or Apache as it was written, or a block or section. */
export interface Directive {
  /** As written by nginx's rules; by Apache's in lower case, without angle brackets. */
  readonly name: string;
  /** The name as it was written. */
  readonly title: string;
  readonly args: readonly string[];
  readonly place: DirectivePlace;
  /** What stands in its braces, or between its tags; undefined: it has none. */
  readonly block: readonly Directive[] | undefined;
}

/** The directives of a block with a name, in their order. */
export function named(block: readonly Directive[] | undefined, ...names: readonly string[]): Directive[] {
  return block?.filter(({ name }) => names.includes(name)) ?? [];
}

/** `sites-available/registry:12`, for comments: two parts of a path are enough to know it again. */
export function placeText({ place }: Pick<Directive, 'place'>): string {
  return `${place.file.split('/').slice(-2).join('/')}:${place.line}`;
}
