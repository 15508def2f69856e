import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConfigurationOptions, type Flags } from '../../src/configuration/flags.js';
import { allSettings } from '../../src/configuration/settings.js';

function parse(words: readonly string[]): Flags {
  return addConfigurationOptions(new Command().exitOverride()).parse(words, { from: 'user' }).opts<Flags>();
}

test('A command line without flags says nothing, so that weaker sources are heard.', () => {
  assert.deepEqual(parse([]), {});
});

for (const { flag, count } of allSettings) {
  if (flag === undefined) continue;
  test(`${flag.syntax} arrives under the name that the table of settings gives it.`, () => {
    const [word = ''] = flag.syntax.split(' ');
    if (word === flag.syntax) {
      assert.deepEqual(parse([word]), { [flag.name]: true });
      return;
    }
    const value = count === 'many' ? ['one', 'two'] : 'two';
    assert.deepEqual(parse([word, 'one', word, 'two']), { [flag.name]: value });
  });
}

test('--config arrives as it was written.', () => {
  assert.deepEqual(parse(['--config', 'gate.yaml']), { config: 'gate.yaml' });
});

test('The help names the default of a flag.', () => {
  const help = addConfigurationOptions(new Command()).helpInformation().replaceAll(/\s+/g, ' ');
  assert.match(help, /--listen <HOST:PORT> .*Repeatable\. \(default: 0\.0\.0\.0:8443\)/);
});
