/** What is known of the paths that a regular expression fits. */
export interface ExpressionPaths {
  readonly paths: readonly { readonly path: string; readonly isWhole: boolean }[];
  /** The paths are more than the expression fits. */
  readonly isWider: boolean;
}

const most = 64;
const everywhere: ExpressionPaths = { paths: [{ path: '/', isWhole: false }], isWider: true };

/** A quantifier in what is repeated itself may take forever, so that such an expression is never tried. */
const explosive = /[+*}]\)?[+*{]|\([^()]*(?:[+*]|\|)[^()]*\)(?:[+*]|\{)/;

/** The expression for JavaScript; undefined where the two differ, or it is dangerous to try. */
export function expressionOf(source: string, isInsensitive: boolean): RegExp | undefined {
  const isSafe = source.length < 1_000 && !explosive.test(source.replaceAll(/\\./g, '_'));
  if (!isSafe) return undefined;
  const inline = /^\(\?i\)/.test(source);
  try {
    return new RegExp(
      source.replace(/^\(\?i\)/, '').replaceAll('(?P<', '(?<'),
      isInsensitive || inline ? 'i' : '',
    );
  } catch {
    return undefined;
  }
}

/**
 * The beginnings of the paths that an expression fits: `^/v2/(a|b)/` gives `/v2/a/` and `/v2/b/`. Only what can be said
 * exactly is; where something else begins, the text up to there is a beginning that is too wide.
 */
export function pathsOfExpression(source: string): ExpressionPaths {
  const text = source.replace(/^\(\?i\)/, '');
  if (!text.startsWith('^')) return everywhere;
  const result = new Expression(text.slice(1)).alternatives();
  if (result === undefined || result.some(({ path }) => !path.startsWith('/'))) return everywhere;
  return {
    paths: result.map(({ path, isWhole }) => ({ path, isWhole })),
    isWider: result.some(({ isOpen }) => isOpen),
  };
}

/** Text so far; open: the expression goes on in a way that cannot be said. */
interface Branch {
  readonly path: string;
  readonly isWhole: boolean;
  readonly isOpen: boolean;
}

class Expression {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** undefined: too many, or not sound. */
  alternatives(): readonly Branch[] | undefined {
    const all: Branch[] = [];
    for (;;) {
      const branches = this.#sequence();
      if (branches === undefined) return undefined;
      all.push(...branches);
      if (all.length > most) return undefined;
      if (this.#text[this.#at] !== '|') break;
      this.#at += 1;
    }
    return this.#depth === 0 && this.#at < this.#text.length ? undefined : all;
  }

  #sequence(): readonly Branch[] | undefined {
    let branches: readonly Branch[] = [{ path: '', isWhole: false, isOpen: false }];
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '|' || character === ')') return branches;
      const atom = this.#atom();
      if (atom === undefined) return undefined;
      const optional = this.#text[this.#at] === '?';
      if (optional) this.#at += 1;
      const isRepeated = /[+*{]/.test(this.#text[this.#at] ?? '');
      const choices = optional ? [...atom, { path: '', isWhole: false, isOpen: false }] : atom;
      branches = branches.flatMap((branch) =>
        branch.isOpen || branch.isWhole
          ? [branch]
          : choices.map((choice) => ({
              path: branch.path + (isRepeated ? '' : choice.path),
              isWhole: choice.isWhole,
              isOpen: choice.isOpen || isRepeated,
            })),
      );
      if (branches.length > most) return undefined;
      if (isRepeated) this.#at += 1;
    }
  }

  #atom(): readonly Branch[] | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 8);
    const segment = /^\[\^\/\][+*]/.exec(rest) ?? undefined;
    if (segment !== undefined) return this.#take(segment[0].length, '*');
    const any = /^\.[+*]/.exec(rest) ?? undefined;
    if (any !== undefined) return this.#take(any[0].length, '**');
    const escaped = /^\\([^A-Za-z0-9])/.exec(rest);
    if (escaped !== null) return this.#take(2, escaped[1] ?? '');
    const plain = /^[A-Za-z0-9_/:@~,=%&<>!"' -]/.exec(rest);
    if (plain !== null) return this.#take(1, plain[0]);
    if (rest.startsWith('$')) {
      this.#at += 1;
      return [{ path: '', isWhole: true, isOpen: false }];
    }
    if (rest.startsWith('(')) return this.#group(rest);
    this.#at += /^\\/.test(rest) ? 2 : 1;
    if (rest.startsWith('[')) {
      const end = this.#text.indexOf(']', this.#at + 1);
      if (end === -1) return undefined;
      this.#at = end + 1;
    }
    return [{ path: '', isWhole: false, isOpen: true }];
  }

  #group(rest: string): readonly Branch[] | undefined {
    const head = /^\((?:\?:|\?P?<\w+>)?/.exec(this.#text.slice(this.#at))?.[0] ?? '(';
    if (/^\(\?[^:P<]|^\(\?<[=!]/.test(rest) || this.#depth > 20) return undefined;
    this.#at += head.length;
    this.#depth += 1;
    const inside = this.alternatives();
    this.#depth -= 1;
    if (this.#text[this.#at] !== ')') return undefined;
    this.#at += 1;
    return inside;
  }

  #take(length: number, path: string): readonly Branch[] {
    this.#at += length;
    return [{ path, isWhole: false, isOpen: false }];
  }
}
