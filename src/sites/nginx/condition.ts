import type { Directive } from '../directive.js';
import { expressionOf } from './expression.js';

/** What an `if` says about a request: yes, no, or that it depends on something else. */
export type Verdict = boolean | 'unknown';

/** What the client itself chooses, so that nobody is kept out by it. */
const harmless = new Set([
  '$http_user_agent',
  '$host',
  '$http_host',
  '$scheme',
  '$https',
  '$http_referer',
  '$http_origin',
  '$ssl_protocol',
  '$server_protocol',
]);

/** The words of a condition without its parentheses. */
export function conditionOf({ args }: Directive): readonly string[] {
  const words = [...args];
  words[0] = (words[0] ?? '').replace(/^\(/, '');
  words[words.length - 1] = (words.at(-1) ?? '').replace(/\)$/, '');
  return words.filter((word, index) => word !== '' || (index > 0 && index < words.length - 1));
}

/** Whether a condition is about what clients may choose freely. Not all may come to every port: that can protect one. */
export function isHarmless(directive: Directive): boolean {
  const [variable = ''] = conditionOf(directive);
  const isSentElsewhere = variable === '$server_port' && (endingStatus(directive) ?? 400) < 400;
  return harmless.has(variable) || isSentElsewhere;
}

/** Whether a condition asks for a certificate of the client that was verified. */
export function asksForCertificate(directive: Directive): boolean {
  const [variable, sign, value = ''] = conditionOf(directive);
  return variable === '$ssl_client_verify' && sign === '!=' && value === 'SUCCESS';
}

/** Whether a condition holds for a request. */
export function holds(directive: Directive, method: string, path: string): Verdict {
  const [variable, sign, value] = conditionOf(directive);
  const text =
    variable === '$request_method'
      ? method
      : variable === '$uri' || variable === '$request_uri'
        ? path
        : undefined;
  if (text === undefined || value === undefined) return 'unknown';
  if (sign === '=') return text === value;
  if (sign === '!=') return text !== value;
  const [, not, insensitive] = /^(!?)~(\*?)$/.exec(sign ?? '') ?? [];
  if (not === undefined) return 'unknown';
  const expression = expressionOf(value, insensitive === '*');
  if (expression === undefined) return 'unknown';
  return expression.test(text) !== (not === '!');
}

/** The status that an `if` ends a request with; undefined: it does not. */
export function endingStatus({ block }: Directive): number | undefined {
  const ending = block?.find(({ name }) => name === 'return' || name === 'deny');
  if (ending === undefined) return undefined;
  if (ending.name === 'deny') return 403;
  const status = Number(ending.args[0]);
  return Number.isInteger(status) ? status : 302;
}
