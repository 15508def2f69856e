import { type Kind, mustBe } from './kind.js';
import { filePath } from './text.js';
import { isWebUrl, webUrl } from './web-url.js';

const expected = 'the URL of a JWKS, or the path of a JWKS or of certificates in PEM';

/** Where keys are read from: a URL, or the path of a file, which comes out absolute. */
export const keySource: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: {
    anyOf: [webUrl.schema, { type: 'string', pattern: '^(?!~/)(?![A-Za-z][A-Za-z0-9+.-]*://)[^\\u0000]+$' }],
  },
  parse(text, directory) {
    if (isWebUrl(text)) return webUrl.parse(text, directory);
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? mustBe(expected, text) : filePath.parse(text, directory);
  },
};
