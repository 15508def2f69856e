import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImageId } from '../../../../src/registry/model/v1/image-id.js';
import { readImageJson } from '../../../../src/registry/model/v1/image-json.js';

const ID = 'a'.repeat(64);
const PARENT = 'b'.repeat(16);

function read(value: unknown, expected = ImageId.read(ID)): ReturnType<typeof readImageJson> {
  return readImageJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), expected);
}

test('what a json says is read, and what nobody knows is kept', () => {
  const image = read({
    id: ID,
    parent: PARENT,
    created: '2014-01-01T00:00:00Z',
    container_config: { Cmd: ['true'] },
    Size: 7,
    throwaway: true,
    more: [1],
  });
  assert.equal(image.id.hex, ID);
  assert.equal(image.parent?.hex, PARENT);
  assert.equal(image.created, '2014-01-01T00:00:00Z');
  assert.deepEqual(image.container_config, { Cmd: ['true'] });
  assert.equal(image.Size, 7);
  assert.equal(image.throwaway, true);
  assert.deepEqual(image.fields['more'], [1]);
});

test('a field of another type than it should have counts as absent', () => {
  const image = read({ id: ID, created: 7, os: null, config: [], Size: -1, throwaway: 'yes', author: {} });
  assert.deepEqual({ ...image, fields: undefined }, { id: image.id, fields: undefined });
  for (const parent of [undefined, null, '']) assert.equal(read({ id: ID, parent }).parent, undefined);
});

test('what is refused is refused with the words of docker-registry', () => {
  const refused = (value: unknown, message: string): void => {
    assert.throws(() => read(value), { name: 'Failure', status: 400, message }, JSON.stringify(value));
  };
  for (const value of ['', '{', '[]', 'null', '7', '"a"', '['.repeat(1000)]) refused(value, 'Invalid JSON');
  refused({}, "Missing key `id' in JSON");
  refused('{"__proto__":{"id":"x"}}', "Missing key `id' in JSON");
  for (const id of [null, 7, '', 'x', ID.toUpperCase(), PARENT, [ID], `${ID}\n`]) {
    refused({ id }, 'JSON data contains invalid id');
  }
  for (const parent of [7, 'x', {}, PARENT.toUpperCase(), '../x']) {
    refused({ id: ID, parent }, 'Image depends on a non existing parent');
  }
  assert.equal(readImageJson(Buffer.from(JSON.stringify({ id: PARENT }))).id.hex, PARENT);
});

test('names that every object has are data like others', () => {
  const image = read(`{"id":"${ID}","__proto__":{"os":"x"},"constructor":1}`);
  assert.equal(image.os, undefined);
  assert.equal(Object.getPrototypeOf(image.fields), Object.prototype);
});
