import { named } from '../directive.js';
import type { Scope } from './scope.js';

const variable = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * Puts in the values of variables that `set` or a map without cases gives.
 *
 * @returns undefined when something in it is known only when a request comes.
 */
export function constantText(text: string, scope: Scope, depth = 0): string | undefined {
  if (depth > 8) return undefined;
  let isKnown = true;
  const result = text.replaceAll(variable, (_whole, braced?: string, plain?: string) => {
    const value = valueOfVariable(braced ?? plain ?? '', scope, depth);
    if (value === undefined || value.length > 4_096) isKnown = false;
    return value ?? '';
  });
  return isKnown && result.length <= 65_536 ? result : undefined;
}

function valueOfVariable(name: string, scope: Scope, depth: number): string | undefined {
  for (const { block } of scope.chain()) {
    const set = named(block, 'set').findLast(({ args }) => args[0] === `$${name}`);
    if (set !== undefined) return constantText(set.args[1] ?? '', scope, depth + 1);
    const map = named(block, 'map').findLast(({ args }) => args[1] === `$${name}`);
    const [only, ...more] = map?.block ?? [];
    if (only?.name === 'default' && more.length === 0)
      return constantText(only.args[0] ?? '', scope, depth + 1);
  }
  return undefined;
}
