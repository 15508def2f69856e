import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registry } from './commands.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('a command line that makes no sense ends with exit code 2 and says why', async () => {
  const cases: readonly [RegExp, ...string[]][] = [
    [/must begin with https:/, 'ls', 'http://registry.example.com'],
    [/must begin with https:/, 'ls', 'ftp://127.0.0.1'],
    [/must not hold a user or a password/, 'ls', 'https://alice:secret@registry.example.com'],
    [/must hold neither/, 'ls', 'https://registry.example.com?x'],
    [/is not a URL/, 'ls', 'https://'],
    [/lists a whole registry/, 'ls', 'team/app'],
    [/named with https:\/\/ in front/, 'tags', 'registry.example.com:5000/team/app'],
    [/no valid name of a repository/, 'tags', 'Team/App'],
    [/no valid name of a repository/, 'tags', 'https://registry.example.com/../x'],
    [/names no repository/, 'tags', 'https://registry.example.com'],
    [/without a tag/, 'tags', 'team/app:1'],
    [/no valid tag/, 'inspect', 'team/app:-'],
    [/no valid digest/, 'inspect', 'team/app@sha256:12'],
    [/both a tag and a digest/, 'inspect', `team/app:1@${DIGEST}`],
    [/several registries/, 'rm', 'team/app:1', 'https://registry.example.com/team/app:1', '--yes'],
    [/several registries/, 'verify', 'https://a.example.com', 'https://b.example.com'],
    [/--user has an effect on/, 'ls', '--user', 'alice'],
    [/--token-realm has an effect on/, 'ls', '--token-realm', 'auth.example.com'],
    [/one of the two/, 'ls', 'https://registry.example.com', '--data', 'x'],
    [/needs the name of the user/, 'ls', 'https://registry.example.com', '--password-stdin'],
    [/no terminal to ask for the password/, 'ls', 'https://registry.example.com', '--user', 'alice'],
    [/Give a host/, 'ls', 'https://registry.example.com', '--token-realm', 'https://auth.example.com'],
    [/works on the directory/, 'verify', 'https://registry.example.com', '--quarantine'],
    [/whole directory/, 'verify', 'team/app', '--quarantine'],
    [/missing required argument/, 'tags'],
  ];
  for (const [pattern, ...words] of cases) {
    const { exitCode, out, err } = await registry(words);
    assert.equal(exitCode, 2, `${words.join(' ')}: ${err}`);
    assert.equal(out, '');
    assert.match(err, pattern, words.join(' '));
    assert.ok(!err.includes('secret'), err);
  }
});

test('what is written on the command line is harmless to the terminal when it is repeated', async () => {
  const { err } = await registry(['tags', 'a\u001b[2Jb']);
  assert.doesNotMatch(err, /[^\n\x20-\x7e]/);
});

test('help shows how places are named', async () => {
  const { exitCode, out } = await registry(['--help']);
  assert.equal(exitCode, 0);
  for (const word of ['ls', 'tags', 'inspect', 'rm', 'verify', 'https://'])
    assert.ok(out.includes(word), word);
});
