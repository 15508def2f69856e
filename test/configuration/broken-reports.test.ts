import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerLine } from '../../src/configuration/values/header-line.js';
import { expectSentences } from './sentences.js';

const header = 'otlp.headers must be a header line, written NAME=VALUE, that is not about how it is sent.';
const key =
  'crashReports.bugsnag must be the API key of a project, 32 hexadecimal digits, or file:PATH of a file that holds it.';
const dsn =
  'crashReports.sentry must be a DSN such as https://KEY@sentry.example.com/1, or file:PATH of a file that holds it.';

expectSentences([
  ['otlp: { endpoint: http://a, headers: [secret] }\n', `1:39: ${header}`],
  ['otlp: { endpoint: http://a, headers: ["a secret=b"] }\n', `1:39: ${header}`],
  ['otlp: { endpoint: http://a, headers: [Host=secret] }\n', `1:39: ${header}`],
  ['otlp: { endpoint: http://a, headers: ["a=secret\\n"] }\n', `1:39: ${header}`],
  ['crashReports: { bugsnag: secret }\n', `1:26: ${key}`],
  ['crashReports: { sentry: "https://sentry.example.com/1" }\n', `1:25: ${dsn}`],
  ['crashReports: { sentry: "https://secret@sentry.example.com/" }\n', `1:25: ${dsn}`],
]);

test('the value of a header line may hold what stands between its name and its end', () => {
  assert.deepEqual(headerLine('Authorization=Basic dTpw=='), {
    name: 'authorization',
    value: 'Basic dTpw==',
  });
  assert.equal(headerLine('a='), undefined);
  assert.equal(headerLine('a= b'), undefined);
});
