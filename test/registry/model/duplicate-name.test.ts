import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicateName } from '../../../src/registry/model/duplicate-name.js';

function twice(text: string): string | undefined {
  JSON.parse(text);
  return duplicateName(Buffer.from(text));
}

test('a name that an object has twice is found, however it is written', () => {
  assert.equal(twice('{"a":1,"b":2,"a":3}'), 'a');
  assert.equal(twice('{"config":1,"conf\\u0069g":2}'), 'config');
  assert.equal(twice('{"config" : {"size":1, "size"\n:2}}'), 'size');
  assert.equal(twice('{"layers":[{"digest":"x"},{"digest":"x","digest":"y"}]}'), 'digest');
});

test('fields of the manifest that differ in case alone are one', () => {
  assert.equal(twice('{"config":1,"Config":2}'), 'Config');
  assert.equal(twice('{"\u017fubject":1,"subject":2}'), 'subject');
  assert.equal(twice('{"annotations":{"a":1,"A":2}}'), undefined);
});

test('fields of a descriptor that differ in case alone are one, and no others below the manifest', () => {
  assert.equal(twice('{"config":{"digest":"x","Digest":"y"}}'), 'Digest');
  assert.equal(twice('{"subject":{"\\u0044igest":"x","digest":"y"}}'), 'digest');
  for (const list of ['layers', 'blobs', 'manifests'])
    assert.equal(twice(`{"${list}":[{"annotations":{"a":1}},{"size":1,"SIZE":2}]}`), 'SIZE');
  assert.equal(twice('{"config":{"annotations":{"a":1,"A":2}}}'), undefined);
  assert.equal(twice('{"other":{"a":1,"A":2}}'), undefined);
});

test('values, strings with brackets and different objects are not mistaken for names', () => {
  assert.equal(twice('{"a":"a","b":["a","a"],"c":{"a":1},"d":{"a":1}}'), undefined);
  assert.equal(twice('{"a":"}{\\"a\\":[","b":"\\\\"}'), undefined);
  assert.equal(twice('["a","a",{"a":1},{"a":1}]'), undefined);
  assert.equal(twice('"a"'), undefined);
});

test('what nobody here interprets may be as it likes', () => {
  assert.equal(twice('{"layers":[{"annotations":{"a":1,"a":2}}]}'), undefined);
});
