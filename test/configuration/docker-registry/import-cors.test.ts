import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Configuration } from '../../../src/configuration/configuration.js';
import { importDockerRegistry } from '../../../src/configuration/docker-registry/import.js';
import { loadConfiguration } from '../../../src/configuration/load.js';
import { temporaryDirectory } from '../../harness/directory.js';

/** The file that is made of a flavour with these lines, and what it means. */
async function imported(
  t: TestContext,
  lines: string,
  environment: Record<string, string> = {},
): Promise<{ made: string; configuration: Configuration }> {
  const text = `dev:\n${lines}`;
  const { text: made = '', problems } = importDockerRegistry({ text, file: 'config.yml', environment });
  assert.deepEqual(problems, []);
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'dockgate.yaml'), made);
  return { made, configuration: await loadConfiguration({ flags: {}, environment: {}, directory }) };
}

test('what pages of other sites were allowed they are allowed again', async (t) => {
  const { made, configuration } = await imported(
    t,
    `    cors:
        origins: _env:CORS_ORIGINS
        methods: [get, PUT, TRACE]
        headers: _env:CORS_HEADERS:[Content-Type]
        expose_headers: "Link, Location"
        supports_credentials: yes
        max_age: 3600
        vary_header: false
        send_wildcard: false
        resources: _env:CORS_RESOURCES
    loglevel: debug
`,
    { CORS_ORIGINS: '["https://ui.example.com/", "https://ui.example.com", "https://.*[.]example"]' },
  );
  assert.deepEqual(configuration.cors, {
    origins: ['https://ui.example.com'],
    methods: ['GET', 'PUT'],
    headers: ['Content-Type'],
    exposedHeaders: ['Link', 'Location'],
    credentials: true,
    maxAge: 3_600_000,
    vary: false,
  });
  assert.match(made, /^# cors\.send_wildcard: /m);
  assert.match(made, /^ {2}# cors\.headers: .* needs Authorization, too\.$/m);
  assert.match(made, /cors\.origins: .*\n?.*What has no counterpart was left out\./);
  assert.doesNotMatch(made, /cors\.resources/);
});

test('credentials for every origin, which browsers refuse, are not carried over', async (t) => {
  const { made, configuration } = await imported(
    t,
    `    cors: { origins: ['*', 'https://a'], supports_credentials: true }\n`,
  );
  assert.deepEqual([configuration.cors?.origins, configuration.cors?.credentials], [['*'], false]);
  assert.match(made, /cors\.supports_credentials: It was true\. Browsers refuse that with \*/);
});

test('without an origin that can be used pages of other sites stay out', async (t) => {
  for (const [origins, remark] of [
    ["'https?://.*'", /^# cors\.origins: No origin is in it/m],
    ['', /Not set there, or switched off: cors\./],
  ] as const) {
    const { made, configuration } = await imported(
      t,
      `    cors:\n        origins: ${origins}\n        max_age: 5\n`,
    );
    assert.equal(configuration.cors, undefined);
    assert.match(made, remark);
  }
});

test('the key of Bugsnag is carried over, and what is no key is not shown', async (t) => {
  const key = '0123456789abcdef0123456789ABCDEF';
  const { configuration } = await imported(t, `    bugsnag: _env:BUGSNAG\n`, { BUGSNAG: `'${key}'` });
  assert.deepEqual(configuration.crashReports?.bugsnag, { text: key });
  const other = await imported(t, `    bugsnag: s3cret\n`);
  assert.equal(other.configuration.crashReports, undefined);
  assert.match(other.made, /^# bugsnag: It is no API key/m);
  assert.doesNotMatch(other.made, /s3cret/);
});
