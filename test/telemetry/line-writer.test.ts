import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LineWriter } from '../../src/telemetry/line-writer.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const MEGABYTE = 1024 * 1024;

/** Opens for one test. */
function open(t: TestContext, path: string, flags: number | string): number {
  const descriptor = openSync(path, flags);
  t.after(() => closeSync(descriptor));
  return descriptor;
}

function makePipe(t: TestContext): string {
  const path = join(temporaryDirectory(t), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

test('all lines reach a file in order', async (t) => {
  const path = join(temporaryDirectory(t), 'log');
  const writer = new LineWriter(open(t, path, 'w'));
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} \u00e9\u4e16\n`);
  for (const line of lines) writer.write(line);
  await writer.close();
  assert.equal(readFileSync(path, 'utf8'), lines.join(''));
});

test('a few lines reach a file before anybody closes it', async (t) => {
  const path = join(temporaryDirectory(t), 'log');
  const writer = new LineWriter(open(t, path, 'w'));
  writer.write('one\n');
  writer.write('two\n');
  await until(() => readFileSync(path, 'utf8') === 'one\ntwo\n', 'the lines are written');
  await writer.close();
});

test('lines for a full disk are dropped, and closing ends', {
  skip: existsSync('/dev/full') ? false : 'this system has no /dev/full',
}, async (t) => {
  const writer = new LineWriter(open(t, '/dev/full', 'w'));
  for (let index = 0; index < 50; index += 1) writer.write(`${'x'.repeat(10_000)}\n`);
  await writer.close();
});

test('closing gives up on a pipe that nobody reads', { timeout: 20_000 }, async (t) => {
  const writer = new LineWriter(open(t, makePipe(t), O_RDWR | O_NONBLOCK));
  for (let index = 0; index < 50; index += 1) writer.write(`${'x'.repeat(10_000)}\n`);
  await writer.close();
});

test('what waits for a pipe that nobody reads is bounded, and what comes later is written again', async (t) => {
  const path = makePipe(t);
  const reader = new Socket({ fd: openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
  t.after(() => reader.destroy());
  const writer = new LineWriter(open(t, path, O_WRONLY | O_NONBLOCK));
  const line = `${'x'.repeat(MEGABYTE / 16 - 1)}\n`;
  for (let index = 0; index < 16 * 64; index += 1) writer.write(line);
  let bytes = 0;
  let tail = '';
  reader.setEncoding('latin1').on('data', (text: string) => {
    bytes += text.length;
    tail = (tail + text).slice(-10);
  });
  await until(() => bytes > 15 * MEGABYTE, 'the backlog is read');
  writer.write(`${'y'.repeat(70_000)} end\n`);
  await until(() => tail.endsWith('y end\n'), 'the last line arrives');
  assert.ok(bytes <= 17 * MEGABYTE, `${bytes}`);
  await writer.close();
});

test('several writers to one pipe keep their lines whole', async (t) => {
  const path = makePipe(t);
  const reader = new Socket({ fd: openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
  t.after(() => reader.destroy());
  let text = '';
  reader.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  const writers = ['a', 'b', 'c'].map((name) => ({
    name,
    writer: new LineWriter(open(t, path, O_WRONLY | O_NONBLOCK), { largestWrite: 4_096 }),
  }));
  for (let index = 0; index < 2_000; index += 1) {
    for (const { name, writer } of writers)
      writer.write(`${name.repeat((index * 7) % 900)}|${index}|${name}\n`);
  }
  await Promise.all(writers.map(({ writer }) => writer.close()));
  await until(() => text.split('\n').length > 6_000, 'all lines are read');
  const next = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    const [, letters = '', index, name = ''] = /^(a*|b*|c*)\|(\d+)\|([abc])$/.exec(line) ?? assert.fail(line);
    assert.equal(letters, name.repeat((Number(index) * 7) % 900));
    assert.equal(Number(index), next.get(name) ?? 0);
    next.set(name, Number(index) + 1);
  }
});
