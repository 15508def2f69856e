import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { parseReference, Tag } from '../../../src/registry/model/reference.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { UploadId } from '../../../src/registry/model/upload-id.js';

test('repository names follow the grammar of the specification', () => {
  for (const name of ['a', '0', 'a/b/c', 'a.b', 'a_b', 'a__b', 'a---b', 'a'.repeat(255)]) {
    assert.equal(Repository.read(name)?.name, name);
  }
  const wrong = [
    '',
    'A',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/..',
    '_a',
    'a_',
    'a___b',
    'a..b',
    '-a',
    'a b',
    'a\n',
  ];
  for (const name of [...wrong, 'a\0', 'ä', 'a'.repeat(256)])
    assert.equal(Repository.read(name), undefined, name);
});

test('a name made to keep a backtracking matcher busy is refused at once', () => {
  assert.equal(Repository.read(`${'a_'.repeat(127)}!`), undefined);
  assert.equal(Repository.read(`${'a-'.repeat(127)}`), undefined);
});

test('tags follow the grammar of the specification', () => {
  for (const tag of ['a', 'A', '_', '1.0-rc_1', 't'.repeat(128)]) assert.equal(Tag.read(tag)?.name, tag);
  for (const tag of ['', '.', '..', '-a', 'a/b', 'a:b', 'a b', 'a\n', 't'.repeat(129)]) {
    assert.equal(Tag.read(tag), undefined, tag);
  }
});

test('a digest is sha256 or sha512 with the right number of lower-case hex digits', () => {
  const digest = Digest.parse(`sha512:${'0f'.repeat(64)}`);
  assert.deepEqual([digest.algorithm, digest.encoded.length], ['sha512', 128]);
  assert.equal(Digest.of(Buffer.from('')).toString().slice(0, 20), 'sha256:e3b0c44298fc1');
  assert.ok(Digest.of(Buffer.from('a')).equals(Digest.parse(String(Digest.of(Buffer.from('a'))))));
  const hex = 'a'.repeat(64);
  for (const text of [
    '',
    hex,
    `sha256:${hex}a`,
    `sha256:${hex.slice(1)}`,
    `SHA256:${hex}`,
    `sha512:${hex}`,
  ]) {
    assert.equal(Digest.read(text), undefined, text);
  }
  assert.equal(Digest.read(`sha256:${hex}\n`), undefined);
});

test('a reference with a colon is a digest and nothing else', () => {
  assert.ok(parseReference('latest') instanceof Tag);
  assert.ok(parseReference(`sha256:${'a'.repeat(64)}`) instanceof Digest);
  assert.throws(() => parseReference('sha256:short'), { code: 'DIGEST_INVALID' });
});

test('an upload id is a UUID in its canonical form', () => {
  const id = UploadId.create();
  assert.equal(UploadId.read(id.text)?.text, id.text);
  for (const text of ['', '..', id.text.toUpperCase(), `${id.text}/`, id.text.replaceAll('-', '')]) {
    assert.equal(UploadId.read(text), undefined);
  }
});
