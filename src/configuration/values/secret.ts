import type { Kind } from './kind.js';
import { filePath, lineOfText } from './text.js';

/** A secret as it was written, or the file that holds it; never shown. */
export type Secret = { readonly text: string } | { readonly file: string };

/** A secret, or `file:PATH` of a file with nothing else in it. Complaints do not repeat what was written. */
export const secret: Kind<Secret> = {
  expected: 'a secret, or file:PATH of a file that holds it',
  scalars: new Set(['string']),
  hidden: true,
  schema: lineOfText.schema,
  parse(text, directory) {
    if (text.startsWith('file:')) {
      const parsed = filePath.parse(text.slice('file:'.length), directory);
      return 'value' in parsed ? { value: { file: parsed.value } } : parsed;
    }
    const parsed = lineOfText.parse(text, directory);
    return 'value' in parsed
      ? { value: { text } }
      : { complaint: 'must be a text of 1 to 1000 characters on one line.' };
  },
};
