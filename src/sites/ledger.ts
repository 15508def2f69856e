import type { Problem } from '../configuration/problem.js';
import { type Directive, placeText } from './directive.js';

/** A line of the new file, and where it comes from. */
export interface Entry {
  /** Keys from the outside to the inside: `['timeouts', 'headers']`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** Items of a list that have remarks of their own stand in place of the value. */
  readonly items?: readonly { readonly value: unknown; readonly remark: string }[];
  readonly remark: string;
}

/** What is not in the new file, and why. */
export interface Left {
  readonly name: string;
  readonly place: string;
  readonly why: string;
}

/** Keeps account of what became of every directive: none is forgotten. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly left: Left[] = [];
  /** What could make dockgate behave other than was meant: said aloud. */
  readonly warnings: Problem[] = [];
  readonly #told = new Set<Directive>();

  /** Writes a setting. @param from what it comes from; may be empty */
  carry(path: string, value: unknown, from: readonly Directive[], remark: string): void {
    this.tell(...from);
    this.entries.push({ path: path.split('.'), value, remark: withSources(from, remark) });
  }

  /** Writes a list whose items have remarks. */
  carryList(path: string, items: Entry['items'] & {}, remark: string): void {
    this.entries.push({ path: path.split('.'), value: undefined, items, remark });
  }

  /** Leaves a directive out. */
  leave(directive: Directive, why: string, name = nameOf(directive)): void {
    if (this.#told.has(directive)) return;
    this.tell(directive);
    this.left.push({ name, place: placeText(directive), why });
  }

  /** Says what the operator has to look at. */
  warn(directive: Directive | undefined, message: string): void {
    const isKnown = this.warnings.some(
      (other) => other.message === message && other.place?.line === directive?.place.line,
    );
    if (!isKnown) this.warnings.push({ place: directive?.place, message });
  }

  /** Marks as dealt with. */
  tell(...directives: readonly Directive[]): void {
    for (const directive of directives) this.#told.add(directive);
  }

  isTold(directive: Directive): boolean {
    return this.#told.has(directive);
  }
}

/** The name as it is typed; of what it is about only words that hold no secret. */
export function nameOf({ name, title, args, block }: Directive): string {
  const [first = ''] = args;
  const isSubject = block !== undefined || /^(?:proxy_(?:set|hide|pass)_header|add_header|set)$/.test(name);
  return isSubject && /^[\w$@/.~^=-]{1,60}$/.test(first) ? `${title} ${first}` : title;
}

function withSources(from: readonly Directive[], remark: string): string {
  const sources = sourcesText(from);
  if (sources === '') return remark;
  return remark === '' ? sources : `${sources}: ${remark}`;
}

/** `site.conf:3, 7 proxy_pass, site.conf:9 server`. */
export function sourcesText(from: readonly Directive[]): string {
  let before = { file: '', title: '' };
  const words: string[] = [];
  const seen = new Set<string>();
  for (const directive of from) {
    const { title } = directive;
    const place = placeText(directive);
    if (seen.has(`${place} ${title}`)) continue;
    seen.add(`${place} ${title}`);
    const colon = place.lastIndexOf(':');
    const file = place.slice(0, colon);
    const last = words.length - 1;
    if (file === before.file && title === before.title) {
      words[last] = `${words[last]?.slice(0, -title.length - 1)}, ${place.slice(colon + 1)} ${title}`;
    } else words.push(`${place} ${title}`);
    before = { file, title };
  }
  return words.join(', ');
}
