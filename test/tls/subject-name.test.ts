import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import {
  addressBytes,
  addressText,
  parseSubjectName,
  parseSubjectNames,
} from '../../src/tls/subject-name.js';

describe('names for certificates', () => {
  const accepted: readonly (readonly [string, 'dns' | 'address', string])[] = [
    ['localhost', 'dns', 'localhost'],
    ['Registry.Example.COM', 'dns', 'registry.example.com'],
    ['registry.example.com.', 'dns', 'registry.example.com'],
    ['my_registry', 'dns', 'my_registry'],
    ['*.example.com', 'dns', '*.example.com'],
    ['b\u00fccher.example', 'dns', 'xn--bcher-kva.example'],
    ['192.0.2.7', 'address', '192.0.2.7'],
    ['::1', 'address', '::1'],
    ['[2001:DB8:0:0::7]', 'address', '2001:db8::7'],
    ['::ffff:192.0.2.7', 'address', '::ffff:c000:207'],
  ];
  for (const [text, kind, value] of accepted) {
    test(`${text} becomes ${value}`, () => {
      assert.deepEqual(parseSubjectName(text), { kind, value });
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /letters, digits and hyphens/],
    ['https://registry.example.com', /without the scheme/],
    ['registry.example.com:8443', /without the port/],
    ['[::1]:8443', /without the port/],
    ['fe80::1%eth0', /zone/],
    ['300.1.2.3', /looks like an IP address/],
    ['-x.example', /letters, digits and hyphens/],
    ['a..b', /letters, digits and hyphens/],
    ['a.*.example', /letters, digits and hyphens/],
    ['*.com', /two labels/],
    ['a\0.example', /letters, digits and hyphens/],
    ['a b', /letters, digits and hyphens/],
    [`${'a'.repeat(64)}.example`, /letters, digits and hyphens/],
  ];
  for (const [text, sentence] of refused) {
    test(`${JSON.stringify(text)} is refused with a reason`, () => {
      assert.throws(
        () => parseSubjectName(text),
        (error) => error instanceof ConfigurationError && sentence.test(error.message),
      );
    });
  }

  test('a name that is written twice is taken once, in the order written', () => {
    const names = parseSubjectNames(['b.example', 'A.example', 'B.example', '::1', '0:0::1']);
    assert.deepEqual(
      names.map((name) => name.value),
      ['b.example', 'a.example', '::1'],
    );
  });

  test('addresses keep their value through bytes', () => {
    for (const address of [
      '127.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '2001:db8::7',
      'fd00:1:2:3:4:5:6:7',
      '1::',
    ]) {
      assert.equal(addressText(addressBytes(address)), address);
    }
    assert.equal(addressText(Buffer.alloc(5)), undefined);
  });
});
