import path from 'node:path';
import { type Kind, mustBe } from './kind.js';

const quotable = /^[ !#-[\]-~]{1,200}$/;
const quotableExpected = '1 to 200 printable ASCII characters without " and \\';

/** Text that fits between the quotes of a header field as it stands (RFC 9110 §5.6.4 `quoted-string` without escapes). */
export const quotableText: Kind<string> = {
  expected: quotableExpected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: quotable.source },
  parse: (text) => (quotable.test(text) ? { value: text } : mustBe(quotableExpected, text)),
};

// biome-ignore lint/complexity/useRegexLiterals: the schema needs the source without unescaped control characters
const linePattern = new RegExp('^[^\\u0000-\\u001f\\u007f-\\u009f]{1,1000}$', 'u');
const lineExpected = 'a text of 1 to 1000 characters on one line';

/** Text on one line. */
export const lineOfText: Kind<string> = {
  expected: lineExpected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: linePattern.source },
  parse: (text) => (linePattern.test(text) ? { value: text } : mustBe(lineExpected, text)),
};

// biome-ignore lint/complexity/useRegexLiterals: the schema needs the source without an escaped NUL character
const pathPattern = new RegExp('^[^\\u0000]+$');

/** The path of a file or directory; comes out absolute. */
export const filePath: Kind<string> = {
  expected: 'a path',
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: '^(?!~/)[^\\u0000]+$' },
  parse(text, directory) {
    if (text === '') return { complaint: 'must be a path, not an empty text.' };
    if (!pathPattern.test(text)) return { complaint: 'must be a path; this one holds a NUL character.' };
    if (text.startsWith('~/')) {
      return { complaint: 'must not begin with "~/": only a shell replaces that. Write the whole path.' };
    }
    return { value: path.resolve(directory, text) };
  },
};
