import path from 'node:path';
import type { Directive } from '../directive.js';
import { LIMITS } from '../limits.js';
import type { SiteFiles } from '../site-files.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { type Budget, parseNginx } from './syntax.js';

/** Files with all that they include in its place. */
export class NginxReader {
  readonly #files: SiteFiles;
  readonly #prefix: string;
  readonly #directory: string;
  readonly #budget: Budget = { directives: 0 };

  /**
   * @param prefix directory that relative paths in the files are relative to
   * @param directory working directory: files within it are named without it
   */
  constructor(files: SiteFiles, prefix: string, directory: string) {
    this.#files = files;
    this.#prefix = prefix;
    this.#directory = directory;
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
    if (chain.includes(file))
      throw new SiteSyntaxError(from?.place ?? { file: name }, `${name} includes itself`);
    if (chain.length >= LIMITS.includeDepth) {
      throw new SiteSyntaxError(from?.place ?? { file: name }, 'files include each other too deeply');
    }
    const text = await this.#files.read(file, from?.place);
    return this.#expanded(parseNginx(text, name, this.#budget), [...chain, file]);
  }

  async #expanded(block: readonly Directive[], chain: readonly string[]): Promise<readonly Directive[]> {
    const all: Directive[] = [];
    for (const directive of block) {
      const [pattern] = directive.args;
      if (directive.name === 'include' && directive.block === undefined && pattern !== undefined) {
        for (const file of await this.#files.matching(path.resolve(this.#prefix, pattern), directive.place)) {
          // One by one: the contents may be a hundred times as many as the lines.
          for (const one of await this.#file(file, this.#nameOf(file), directive, chain)) all.push(one);
        }
      } else if (directive.block === undefined) all.push(directive);
      else all.push({ ...directive, block: await this.#expanded(directive.block, chain) });
    }
    return all;
  }

  #nameOf(file: string): string {
    const relative = path.relative(this.#directory, file);
    return relative.startsWith('..') ? file : relative;
  }
}
