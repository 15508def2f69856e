import { type Kind, mustBe } from './kind.js';

const expectedMethod = 'a method such as GET, in capital letters';
/** Those of RFC 9110 §9 and RFC 5789 that a registry knows; a page may use no other (Fetch standard, forbidden methods). */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A method that a page may use. */
export const pageMethod: Kind<string> = {
  expected: expectedMethod,
  scalars: new Set(['string']),
  schema: { enum: METHODS },
  parse(text) {
    if (METHODS.includes(text)) return { value: text };
    const capital = text.toUpperCase();
    if (METHODS.includes(capital)) return { complaint: `must be written in capital letters: "${capital}".` };
    if (text === '*')
      return { complaint: `must name the methods: ${METHODS.join(', ')}. Without a line all are allowed.` };
    return { complaint: `${mustBe(expectedMethod, text).complaint} There are ${METHODS.join(', ')}.` };
  },
};

const expectedField = 'the name of a header field such as Accept, or *';
const field = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** The name of a header field (RFC 9110 §5.1), or `*` for all. */
export const fieldName: Kind<string> = {
  expected: expectedField,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: field.source },
  parse(text) {
    if (field.test(text)) return { value: text };
    const name = /^([^\s:]+)\s*:/.exec(text)?.[1];
    return name !== undefined && field.test(name)
      ? { complaint: `must be the name alone: "${name}".` }
      : mustBe(expectedField, text);
  },
};
