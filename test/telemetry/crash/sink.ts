import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { type CrashReports, openCrashReports } from '../../../src/telemetry/crash/opening.js';
import { afterwards } from '../../harness/afterwards.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { type Recorded, type Recorder, startRecorder } from '../../harness/recorder.js';

export const KEY = '0123456789abcdef0123456789abcdef';
export const DETAILS = { id: 'Xy_1-2a', route: '/v2/{name}/manifests/{reference}', worker: 2 };

export interface Sink {
  readonly recorder: Recorder;
  readonly reports: CrashReports;
  readonly log: Record<string, unknown>[];
  /** Reports that came to Bugsnag, and to Sentry. */
  bugsnag(): Recorded[];
  sentry(): Recorded[];
}

/** Both kinds of reports, sent to a server in this process that answers as it is told. */
export async function openSink(
  t: TestContext,
  status = (_request: IncomingMessage): number => 200,
): Promise<Sink> {
  const recorder = await startRecorder(t, (request, response, recorded) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      recorded.body = Buffer.concat(chunks);
      response.writeHead(status(request)).end('{}');
    });
  });
  const dsn = join(temporaryDirectory(t), 'dsn');
  writeFileSync(dsn, `http://publickey@127.0.0.1:${recorder.port}/7\n`);
  const log: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const reports = await openCrashReports(
    {
      bugsnag: { text: KEY },
      bugsnagEndpoint: `${recorder.origin}/notify`,
      sentry: { file: dsn },
      stage: 'staging',
    },
    { version: '1.2.3', logger },
  );
  assert.ok(reports !== undefined);
  afterwards(t, () => reports.close());
  const to = (path: string) => () =>
    recorder.requests.filter(({ url, body }) => url.startsWith(path) && body.length > 0);
  return { recorder, reports, log, bugsnag: to('/notify'), sentry: to('/api/7/envelope/') };
}
