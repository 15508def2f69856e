import type { V1Index } from '../configuration.js';
import type { Kind } from './kind.js';
import { quote } from './quote.js';
import { parseWebUrl } from './upstream-url.js';

const forms = 'built-in, none, http://HOST:PORT or https://HOST:PORT';

/** Where the index of the v1 API is: here, nowhere, or at another server. */
export const indexPlace: Kind<V1Index> = {
  expected: forms,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: '^(?:built-in|none|https?://[^/?#@\\\\\\s]+/?)$' },
  parse(text) {
    if (text === 'built-in' || text === 'none') return { value: text };
    const scheme = /^(https?):\/\//i.exec(text)?.[1]?.toLowerCase();
    if (scheme === undefined) return { complaint: `must be ${forms}, not ${quote(text)}.` };
    const parsed = parseWebUrl(text, scheme);
    return 'value' in parsed ? { value: { origin: parsed.value.origin } } : parsed;
  },
};
