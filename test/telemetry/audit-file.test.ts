import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { AuditFile, type AuditFileOptions } from '../../src/telemetry/audit-file.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';

interface Told {
  failures: number;
  recoveries: number[];
  stale: number;
}

async function open(
  t: TestContext,
  path: string,
  options: Partial<AuditFileOptions> = {},
): Promise<{ file: AuditFile; told: Told }> {
  const told: Told = { failures: 0, recoveries: [], stale: 0 };
  const file = await AuditFile.open(path, {
    lostLine: (count) => `lost ${count}\n`,
    onFailure: () => {
      told.failures += 1;
    },
    onRecovery: (lost) => told.recoveries.push(lost),
    onStale: () => {
      told.stale += 1;
    },
    retry: 20,
    ...options,
  });
  afterwards(t, () => file.close());
  return { file, told };
}

const read = (path: string): string => readFileSync(path, 'utf8');

test('a new file is for its owner alone, and an old one is appended to', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  const { file } = await open(t, path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  file.write('one\n');
  assert.equal(await file.close(), 0);
  const { file: again } = await open(t, path);
  again.write('two\n');
  await again.close();
  assert.equal(read(path), 'one\ntwo\n');
});

test('a line is in the file before anybody closes it', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  const { file } = await open(t, path);
  file.write('one\n');
  await until(() => read(path) === 'one\n', 'the first line is written');
  file.write('two\n');
  await until(() => read(path) === 'one\ntwo\n', 'the second line is written');
});

test('a line that a crash has cut short is ended first', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  writeFileSync(path, 'whole\nhal');
  const { file } = await open(t, path);
  file.write('next\n');
  await file.close();
  assert.equal(read(path), 'whole\nhal\nnext\n');
});

test('what cannot be opened is refused with a sentence', async (t) => {
  const directory = temporaryDirectory(t);
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  mkdirSync(join(directory, 'folder'));
  writeFileSync(join(directory, 'file'), '');
  for (const [path, reason] of [
    [join(directory, 'missing', 'audit.log'), /directory that does not exist/],
    [join(directory, 'file', 'audit.log'), /directory that does not exist/],
    [join(directory, 'folder'), /is a directory/],
    [pipe, /is no regular file/],
  ] as const) {
    await assert.rejects(open(t, path), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, reason);
      assert.equal(error.problems[0]?.place?.file, path);
      return true;
    });
  }
});

test('rotation under load loses no line, doubles none, and keeps their order', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'audit.log');
  const { file } = await open(t, path);
  const rotations = 20;
  const lines = 20_000;
  const files: string[] = [];
  let running: Promise<void> = Promise.resolve();
  for (let index = 0; index < lines; index += 1) {
    file.write(`line ${index} ${'x'.repeat(index % 300)}\n`);
    if (index % (lines / rotations) !== 500) continue;
    await running;
    const rotated = `${path}.${files.length}`;
    files.push(rotated);
    renameSync(path, rotated);
    running = file.reopen();
  }
  await running;
  await file.close();
  const found = [...files, path].flatMap((each) => read(each).trimEnd().split('\n'));
  assert.equal(files.length, rotations);
  assert.ok(files.filter((each) => statSync(each).size > 0).length > 2, 'lines went to several files');
  assert.deepEqual(
    found.filter((line) => line !== '').map((line) => Number(line.split(' ')[1])),
    Array.from({ length: lines }, (_, index) => index),
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a rotation that cannot be followed goes on in the old file until it can', async (t) => {
  const directory = temporaryDirectory(t);
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const path = join(logs, 'audit.log');
  const { file, told } = await open(t, path);
  file.write('one\n');
  await until(() => read(path) === 'one\n', 'the line is written');
  renameSync(logs, `${logs}.old`);
  await file.reopen();
  file.write('two\n');
  await until(() => read(`${logs}.old/audit.log`) === 'one\ntwo\n', 'the old file goes on');
  mkdirSync(logs);
  await until(() => {
    file.write('more\n');
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  }, 'the new file is found by itself');
  await file.close();
  assert.equal(told.stale, 1);
  assert.match(read(path), /^(?:more\n)*$/);
});

test('that the file was deleted is noticed', async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  const { file } = await open(t, path);
  assert.equal(await file.isDeleted(), false);
  unlinkSync(path);
  assert.equal(await file.isDeleted(), true);
  await file.reopen();
  assert.equal(await file.isDeleted(), false);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

/** A directory on a small disk in memory; undefined where nothing may be mounted. */
async function smallDisk(t: TestContext): Promise<string | undefined> {
  const disk = join(temporaryDirectory(t), 'disk');
  mkdirSync(disk);
  const mounted = await runProgram('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).catch(() => ({
    code: 1,
  }));
  if (mounted.code !== 0) {
    t.skip('this user may not mount a small disk in memory');
    return undefined;
  }
  afterwards(t, () => runProgram('umount', ['-l', disk]));
  return disk;
}

/** Leaves no room on a disk. */
function fill(disk: string): string {
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, '');
  try {
    for (;;) appendFileSync(ballast, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
  return ballast;
}

test('a full disk is told once, its lines wait in memory, and are written in their order when there is room', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const path = join(disk, 'audit.log');
  const { file, told } = await open(t, path);
  file.write('line 0\n');
  await until(() => read(path) === 'line 0\n', 'the line is written');
  const ballast = fill(disk);
  // What is left of the file's last page is room as well.
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index + 1} ${'x'.repeat(20)}\n`);
  for (const line of lines) file.write(line);
  await until(() => told.failures === 1, 'the full disk is told');
  assert.ok(read(path).length < 5000, 'a part at most is written');
  unlinkSync(ballast);
  await until(() => told.recoveries.length === 1, 'all is written');
  assert.equal(read(path), `line 0\n${lines.join('')}`);
  assert.deepEqual([told.failures, told.recoveries], [1, [0]]);
});

test('lines that find no room in memory are counted, and a line in their place says how many', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const path = join(disk, 'audit.log');
  const { file, told } = await open(t, path, { backlog: 1000 });
  const ballast = fill(disk);
  const line = `${'x'.repeat(99)}\n`;
  file.write(line);
  await until(() => told.failures === 1, 'the full disk is told');
  for (let count = 0; count < 50; count += 1) file.write(line);
  unlinkSync(ballast);
  await until(() => told.recoveries.length === 1, 'all is written');
  file.write('after\n');
  await file.close();
  // The first is on its way to the disk, and ten wait behind it.
  assert.equal(read(path), `${line.repeat(11)}lost 40\nafter\n`);
  assert.deepEqual(told.recoveries, [40]);
});

test('a rotation while the disk is full leaves every line whole in one of the two files', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const path = join(disk, 'audit.log');
  const { file, told } = await open(t, path);
  file.write('first\n');
  await until(() => read(path) === 'first\n', 'the line is written');
  const ballast = fill(disk);
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'x'.repeat(40)}\n`);
  for (const line of lines) file.write(line);
  await until(() => told.failures === 1, 'the full disk is told');
  renameSync(path, `${path}.1`);
  await file.reopen();
  unlinkSync(ballast);
  await until(() => told.recoveries.length === 1, 'all is written');
  const old = read(`${path}.1`);
  const whole = old.slice(0, old.lastIndexOf('\n') + 1);
  assert.ok(whole.length < old.length, 'a line was cut by the end of the disk');
  assert.equal(`${whole}${read(path)}`, `first\n${lines.join('')}`);
});

test('closing on a full disk ends, and says how many lines are missing', async (t) => {
  const disk = await smallDisk(t);
  if (disk === undefined) return;
  const { file, told } = await open(t, join(disk, 'audit.log'), { backlog: 100 });
  fill(disk);
  for (let count = 0; count < 30; count += 1) file.write(`${'x'.repeat(49)}\n`);
  await until(() => told.failures === 1, 'the full disk is told');
  assert.equal(await file.close(), 30);
});

test('a file that may not be written is refused', {
  skip: process.getuid?.() === 0 ? 'root may write everything' : false,
}, async (t) => {
  const path = join(temporaryDirectory(t), 'audit.log');
  writeFileSync(path, '');
  chmodSync(path, 0o400);
  await assert.rejects(open(t, path), /may not be written by the user/);
});
