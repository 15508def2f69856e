import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { IntegrityLedger } from '../../../../src/registry/store/filesystem/integrity-ledger.js';
import { openContent } from '../../../../src/registry/store/filesystem/integrity-opening.js';

const DAY = 24 * 60 * 60 * 1000;
const DIGEST = Digest.of(Buffer.from('content'));
const FILE = { ino: 7, size: 7, ctimeMs: 7 };

test('content that was whole is trusted for a day, and as the same file only', () => {
  let now = 0;
  const ledger = new IntegrityLedger(undefined, () => now);
  assert.equal(ledger.isVerified(DIGEST, FILE), false);
  ledger.noteVerified(DIGEST, FILE);
  assert.equal(ledger.isVerified(DIGEST, FILE), true);
  assert.equal(ledger.isVerified(DIGEST, { ...FILE, ino: 8 }), false);
  assert.equal(ledger.isVerified(DIGEST, { ...FILE, size: 8 }), false);
  assert.equal(ledger.isVerified(Digest.of(Buffer.from('other')), FILE), false);
  now = DAY - 1;
  assert.equal(ledger.isVerified(DIGEST, FILE), true);
  now = DAY;
  assert.equal(ledger.isVerified(DIGEST, FILE), false);
});

test('damage is told once and forgotten when another file is there', () => {
  const told: string[] = [];
  const ledger = new IntegrityLedger(({ path }) => told.push(path));
  ledger.noteDamaged(DIGEST, '/a', FILE);
  ledger.noteDamaged(DIGEST, '/a', FILE);
  assert.deepEqual(told, ['/a']);
  assert.equal(ledger.isDamaged(DIGEST, FILE), true);
  assert.equal(ledger.isVerified(DIGEST, FILE), false);
  assert.equal(ledger.isDamaged(DIGEST, { ...FILE, ino: 8 }), false);
  ledger.noteDamaged(DIGEST, '/a', { ...FILE, ino: 8 });
  assert.equal(told.length, 2);
});

test('what was remembered first is forgotten first', () => {
  const ledger = new IntegrityLedger();
  ledger.noteVerified(DIGEST, FILE);
  const hex = (number: number): string => number.toString(16).padStart(64, '0');
  for (let number = 0; number < 65_536; number += 1) {
    ledger.noteVerified(Digest.parse(`sha256:${hex(number)}`), FILE);
  }
  assert.equal(ledger.isVerified(DIGEST, FILE), false);
  assert.equal(ledger.isVerified(Digest.parse(`sha256:${hex(0)}`), FILE), true);
});

test('whole content is hashed on its first delivery only, and a part of it never', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const bytes = Buffer.alloc(500_000, 'dockgate');
  const digest = Digest.of(bytes);
  const path = join(directory, 'data');
  await writeFile(path, bytes);
  const ledger = new IntegrityLedger();
  const content = { digest, path, status: await stat(path) };
  const opened = async (start: number, length: number) => {
    const body = await openContent(ledger, content, start, length);
    assert.ok(typeof body === 'object' && 'file' in body);
    await body.file.close();
    return body;
  };
  assert.equal((await opened(1, 499_999)).check, undefined);
  assert.equal((await opened(0, 499_999)).check, undefined);
  const { check } = await opened(0, 500_000);
  check?.update(bytes);
  assert.equal(check?.isIntact(), true);
  assert.equal((await opened(0, 500_000)).check, undefined);
});

test('a delivery that ends before the last byte says nothing of the content', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const bytes = Buffer.alloc(500_000, 'dockgate');
  const path = join(directory, 'data');
  await writeFile(path, bytes);
  const ledger = new IntegrityLedger();
  const content = { digest: Digest.of(bytes), path, status: await stat(path) };
  const body = await openContent(ledger, content, 0, bytes.length);
  assert.ok(typeof body === 'object' && 'file' in body);
  body.check?.update(bytes.subarray(0, 1000));
  await body.file.close();
  assert.equal(ledger.isVerified(content.digest, content.status), false);
  assert.equal(ledger.isDamaged(content.digest, content.status), false);
});
