import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Directive } from '../directive.js';
import { LIMITS } from '../limits.js';
import type { SiteFiles } from '../site-files.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { type Budget, parseApache } from './syntax.js';

/** What Debian's `envvars` say. */
const surroundings: readonly (readonly [string, string])[] = [
  ['APACHE_LOG_DIR', '/var/log/apache2'],
  ['APACHE_RUN_DIR', '/var/run/apache2'],
  ['APACHE_LOCK_DIR', '/var/lock/apache2'],
  ['APACHE_CONFDIR', '/etc/apache2'],
];

/** Sections that are as if they were not there, or not at all. */
const conditional = new Set(['ifmodule', 'ifdefine', 'ifversion', 'iffile', 'ifdirective', 'ifsection']);

/** Files with all that they include in its place, sections with conditions resolved, and variables filled in. */
export class ApacheReader {
  readonly #files: SiteFiles;
  readonly #directory: string;
  readonly #budget: Budget = { directives: 0 };
  readonly #defines = new Map(surroundings);
  #root: string;

  /** @param root ServerRoot, until a file says another one. @param directory working directory */
  constructor(files: SiteFiles, root: string, directory: string) {
    this.#files = files;
    this.#root = root;
    this.#directory = directory;
  }

  get root(): string {
    return this.#root;
  }

  /** @param name as it was typed. @throws {SiteSyntaxError} */
  async read(name: string): Promise<readonly Directive[]> {
    return this.#file(path.resolve(this.#directory, name), name, undefined, []);
  }

  async #file(
    file: string,
    name: string,
    from: Directive | undefined,
    chain: readonly string[],
  ): Promise<readonly Directive[]> {
    if (chain.length >= LIMITS.includeDepth || chain.includes(file)) {
      throw new SiteSyntaxError(from?.place ?? { file: name }, 'files include each other too deeply');
    }
    const text = await this.#files.read(file, from?.place);
    return this.#expanded(parseApache(text, name, this.#budget), [...chain, file]);
  }

  async #expanded(block: readonly Directive[], chain: readonly string[]): Promise<readonly Directive[]> {
    const all: Directive[] = [];
    const add = (directives: readonly Directive[]): void => {
      for (const one of directives) all.push(one);
    };
    for (const written of block) {
      const directive = { ...written, args: written.args.map((word) => this.#filled(word)) };
      const [first = '', second] = directive.args;
      if (directive.name === 'define' && first !== '') this.#defines.set(first, second ?? '');
      else if (directive.name === 'undefine') this.#defines.delete(first);
      else if (directive.name === 'serverroot' && first !== '') this.#root = path.resolve(first);
      if (directive.name === 'include' || directive.name === 'includeoptional') {
        add(await this.#included(directive, chain));
      } else if (conditional.has(directive.name)) {
        if (this.#isInEffect(directive)) add(await this.#expanded(directive.block ?? [], chain));
        else all.push(directive);
      } else if (directive.block === undefined) all.push(directive);
      else all.push({ ...directive, block: await this.#expanded(directive.block, chain) });
    }
    return all;
  }

  async #included(directive: Directive, chain: readonly string[]): Promise<readonly Directive[]> {
    const [pattern = ''] = directive.args;
    const all: Directive[] = [];
    for (const file of await this.#files.matching(path.resolve(this.#root, pattern), directive.place)) {
      const relative = path.relative(this.#directory, file);
      const name = relative.startsWith('..') ? file : relative;
      const isOptional = directive.name === 'includeoptional';
      // What is there and cannot be read may be what keeps people out.
      if (isOptional && !(await isThere(file))) continue;
      for (const one of await this.#file(file, name, directive, chain)) all.push(one);
    }
    return all;
  }

  #filled(word: string): string {
    return word.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => this.#defines.get(name) ?? whole);
  }

  /** As in a current Apache with all modules. */
  #isInEffect({ name, args }: Directive): boolean {
    const [first = '', second = ''] = args;
    const isDenied = first.startsWith('!');
    const subject = first.replace(/^!/, '');
    if (name === 'ifdefine') return this.#defines.has(subject) !== isDenied;
    if (name !== 'ifversion') return !isDenied;
    const operator = /^!?[<>=~]+$/.test(first) ? first : '=';
    const version = /^[\d.]+$/.exec(operator === first ? second : first)?.[0] ?? '2.4';
    const difference = compare('2.4.58', version);
    if (operator.includes('=') && difference === 0) return !isDenied;
    if (operator.includes('<')) return difference < 0 !== isDenied;
    return (operator.includes('>') && difference > 0) !== isDenied;
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

/** As far as the shorter of the two goes. */
function compare(one: string, other: string): number {
  const [a, b] = [one.split('.').map(Number), other.split('.').map(Number)];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
