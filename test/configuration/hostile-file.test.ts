import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { problemsOf } from './workspace.js';

test('A bomb of aliases is refused.', async () => {
  const levels = Array.from({ length: 30 }, (_, level) => {
    const items = Array(10).fill(`*a${level}`).join(', ');
    return `x${level}: &a${level + 1} [${items}]\n`;
  });
  const [problem = '', ...rest] = await problemsOf({ yaml: `x: &a0 [a]\n${levels.join('')}` });
  assert.match(
    problem,
    /^dockgate\.yaml:\d+:\d+: The file uses more than 100 aliases \("\*name"\)\. Write the values out\.$/,
  );
  assert.deepEqual(rest, []);
});

test('A few aliases are fine, also for whole mappings.', async () => {
  const yaml =
    'data: &place one\nhtpasswd: *place\ntls: { pairs: [&pair { certificate: a, key: b }, *pair] }\n';
  assert.deepEqual(await problemsOf({ yaml }), []);
});

test('An alias that holds itself gets a sentence.', async () => {
  assert.deepEqual(await problemsOf({ yaml: 'tls: &tls { pairs: [*tls] }\n' }), [
    'dockgate.yaml:1:11: tls.pairs[] lacks "certificate".',
    'dockgate.yaml:1:11: tls.pairs[] lacks "key".',
    'dockgate.yaml:1:13: "tls.pairs[].pairs" is not a known setting. Known here: certificate, key.',
  ]);
});

test('A file of a hundred thousand brackets gets a sentence.', async () => {
  for (const yaml of ['['.repeat(100_000), `listen: ${'{a: '.repeat(50_000)}`, '- '.repeat(100_000)]) {
    const problems = await problemsOf({ yaml });
    assert.equal(problems.length, 1);
    assert.match(problems.join(), /^dockgate\.yaml(:\d+:\d+)?: [A-Z]/);
  }
});

test('A file that is not text, or too large, gets a sentence.', async () => {
  assert.deepEqual(await problemsOf({ yaml: Buffer.from([0x72, 0xff, 0xfe]) }), [
    'dockgate.yaml: The configuration file is not UTF-8 text.',
  ]);
  assert.deepEqual(await problemsOf({ yaml: `# ${'x'.repeat(8 * 1024 * 1024)}` }), [
    'dockgate.yaml: The configuration file is larger than 8 MiB: it must be another file.',
  ]);
});

test('A YAML version in the file does not change what values mean.', async () => {
  assert.deepEqual(await problemsOf({ yaml: '%YAML 1.1\n---\nrealm: no\nlisten: 10:20\n' }), [
    'dockgate.yaml:4:9: listen must have a host name or an IP address before the port, not "10".',
  ]);
});

test('Whatever the file holds, it is a configuration or gets sentences.', async (context) => {
  const seed = randomInt(2 ** 31);
  context.diagnostic(`seed ${seed}`);
  const random = generator(seed);
  const words = [
    'listen',
    'tls',
    'pairs',
    'timeouts',
    'idle',
    'upstream',
    'url',
    'log',
    'level',
    'certificate',
    'access',
    'rules',
    'allow',
    'pull',
    'users',
    'x',
  ];
  const marks = [
    ': ',
    ':',
    '\n',
    '\n  ',
    '\n    - ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '&a ',
    '*a',
    '!t ',
    '"',
    "'",
    '#',
    '|\n',
    '? ',
    '\t',
  ];
  const values = [
    '8443',
    'true',
    'null',
    '~',
    '5s',
    'http://a',
    '-',
    '.nan',
    '0x10',
    '\u0000',
    '\u2028',
    '\ud83d\ude00',
    '%',
    '---\n',
  ];
  const all = [words, marks, marks, values];
  for (let round = 0; round < 600; round += 1) {
    let yaml = '';
    for (let piece = random(25); piece >= 0; piece -= 1) {
      const list = all[random(all.length)] ?? [];
      yaml += list[random(list.length)] ?? '';
    }
    for (const problem of await problemsOf({ yaml })) {
      assert.match(
        problem,
        /^dockgate\.yaml(:[1-9]\d*:[1-9]\d*)?: .+[.?]$/,
        `seed ${seed}: ${JSON.stringify(yaml)}`,
      );
    }
  }
});

/** Whole numbers below a limit, the same ones for the same seed. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
