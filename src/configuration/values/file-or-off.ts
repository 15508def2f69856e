import type { Kind } from './kind.js';
import { filePath } from './text.js';

/** The path of a file, or `off`, which comes out as false. */
export const fileOrOff: Kind<string | false> = {
  expected: 'a path, or off',
  scalars: new Set(['string']),
  schema: filePath.schema,
  parse: (text, directory) => (text === 'off' ? { value: false } : filePath.parse(text, directory)),
};
