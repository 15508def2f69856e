import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashPassword } from '../../src/htpasswd/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway } from '../harness/gateway.js';
import { startNginx } from '../harness/nginx.js';
import { requireProgram } from '../harness/program.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { until } from '../harness/until.js';

const NAME = 'w\u00e9 "\\r';
const PASSWORD = 'secret';

/** Header lines and request lines in latin1, where every character is a byte. */
const requests: readonly (readonly [line: string, ...headers: string[]])[] = [
  ['GET /v2/ HTTP/1.1', 'User-Agent: docker/27.0 go/go1.22', 'Referer: https://ui.example.com/tags'],
  ['GET /v2/app/tags/list HTTP/1.1', 'User-Agent: a"b\\c\td\xe9\xc3\xa9', "REFERER: '<script>\xa0"],
  ['HEAD /v2/ HTTP/1.1', 'User-Agent:', 'Referer:'],
  ['POST /v2/_catalog?n=5&last=a%20b HTTP/1.1', 'Content-Length: 2'],
  ['GET /v2/"quoted" HTTP/1.1', 'User-Agent: x'],
  ['GET /v2/app/manifests/1 HTTP/1.0'],
  ['OPTIONS /v2/ HTTP/1.1', `User-Agent: ${'"'.repeat(20)}`],
];

test(
  'lines in the combined form are byte for byte those of nginx for the same requests',
  requireProgram('nginx', 'nginx-light'),
  async (t) => {
    const recorder = await startRecorder(t);
    const passwords = `${NAME}:${await hashPassword(PASSWORD, { cost: 4 })}\n`;
    const gateway = await startTestGateway(t, {
      ...{ upstream: recorder.origin, passwords },
      log: { file: undefined, access: { file: undefined, format: 'combined', pings: 1 } },
    });
    const accessLog = join(temporaryDirectory(t), 'access.log');
    const nginx = await startNginx(t, {
      upstreamPort: recorder.port,
      htpasswd: gateway.htpasswd,
      certificate: join(gateway.certs, 'server.crt'),
      key: join(gateway.certs, 'server.key'),
      accessLog,
    });
    const credentials = Buffer.from(`${NAME}:${PASSWORD}`).toString('base64');
    const ours = (): string[] =>
      gateway
        .rawLog()
        .split('\n')
        .filter((line) => line.startsWith('127.0.0.1'));
    const theirs = (): string[] => readFileSync(accessLog, 'latin1').split('\n').filter(Boolean);
    for (const [index, [line, ...headers]] of requests.entries()) {
      const fields = [
        'Host: localhost',
        `Authorization: Basic ${credentials}`,
        'Connection: close',
        ...headers,
      ];
      const text = `${line}\r\n${fields.join('\r\n')}\r\n\r\n${line.startsWith('POST') ? 'ab' : ''}`;
      for (const port of [nginx.port, gateway.port]) {
        const raw = await openRaw(t, port, gateway.ca);
        raw.write(Buffer.from(text, 'latin1'));
        await raw.closed();
      }
      await until(() => ours().length > index && theirs().length > index, `both have logged ${line}`);
    }
    assert.deepEqual(ours().map(comparable), theirs().map(comparable));
  },
);

/** Without the time; of a target with quotes, which nginx lets through and we refuse, without what came of it. */
function comparable(line: string): string {
  const parts = /^(.*?) \[([^\]]+)\] ("[^"]*") (\d{3}) (\d+) (.*)$/.exec(line);
  assert.ok(parts !== null, line);
  const [, who, time, request, status, sent, rest] = parts;
  assert.match(time ?? '', /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/);
  const isRefused = request?.includes('quoted') === true;
  return (isRefused ? [request, rest] : [who, request, status, sent, rest]).join(' ');
}
