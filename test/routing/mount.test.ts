import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutMount } from '../../src/routing/mount.js';
import { parseTarget } from '../../src/routing/target.js';

const PATH = '/v2/a/b/blobs/uploads/';

test('the wish to mount a blob is taken out of a target, and nothing else', () => {
  const table: [query: string, left: string][] = [
    ['mount=sha256:1&from=x/y', ''],
    ['%6dount=sha256:1&fr%6Fm=x', ''],
    ['a=1&mount=sha256:1&digest-algorithm=sha512&from=x&b=%20+', 'a=1&digest-algorithm=sha512&b=%20+'],
    ['mount&from', ''],
    ['amount=1&from%20=x&Mount=2', 'amount=1&from%20=x&Mount=2'],
    ['a=mount&b=from', 'a=mount&b=from'],
  ];
  for (const [query, left] of table) {
    const target = withoutMount(parseTarget(`${PATH}?${query}`));
    assert.deepEqual(target, { raw: left === '' ? PATH : `${PATH}?${left}`, path: PATH, query: left });
  }
});
