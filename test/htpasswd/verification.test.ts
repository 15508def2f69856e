import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import {
  closeSharedPool,
  type HashAlgorithm,
  HtpasswdError,
  hashPassword,
  parseHash,
  VerificationOverloaded,
  VerificationPool,
  verifyPassword,
} from '../../src/htpasswd/index.js';
import { runProgram } from '../harness/program.js';

after(closeSharedPool);

const SLOW = parseHash(`$2y$12$${'.'.repeat(53)}`);

test('a password that was hashed is right, and others are wrong', async () => {
  const algorithms: readonly HashAlgorithm[] = ['bcrypt', 'sha512', 'sha256', 'apr1'];
  for (const algorithm of algorithms) {
    for (const password of ['x', 'colon:in:it', 'pässwörd 密码 🐳', 'x'.repeat(64)]) {
      const hash = parseHash(
        await hashPassword(password, { algorithm, ...(algorithm === 'bcrypt' ? { cost: 4 } : {}) }),
      );
      assert.equal(hash.scheme, algorithm);
      assert.equal(await verifyPassword(hash, password), true, `${algorithm} ${password}`);
      assert.equal(await verifyPassword(hash, Buffer.from(password)), true);
      assert.equal(await verifyPassword(hash, `x${password}`), false);
      assert.equal(await verifyPassword(hash, ''), false);
    }
  }
});

test('bcrypt of cost 10 under $2y$ is the default', async () => {
  assert.match(await hashPassword('secret'), /^\$2y\$10\$/);
});

test('a right password with a NUL byte behind it is wrong in every scheme', async () => {
  const hashes = [
    await hashPassword('secret', { cost: 4 }),
    await hashPassword('secret', { algorithm: 'sha512', cost: 1000 }),
    await hashPassword('secret', { algorithm: 'apr1' }),
    'abNANd1rDfiNc',
    '{PLAIN}secret',
  ];
  for (const text of hashes) {
    assert.equal(await verifyPassword(parseHash(text), 'secret'), true);
    for (const tail of ['\0', '\0x', '\0\0']) {
      assert.equal(await verifyPassword(parseHash(text), `secret${tail}`), false);
    }
  }
});

test('only the first 72 bytes count for bcrypt', async () => {
  const hash = parseHash(await hashPassword('x'.repeat(80), { cost: 4 }));
  assert.equal(await verifyPassword(hash, 'x'.repeat(72)), true);
  assert.equal(await verifyPassword(hash, 'x'.repeat(71)), false);
});

test('a password of more than 1024 bytes is wrong without any arithmetic', async () => {
  const pool = new VerificationPool({ waiting: 0 });
  await pool.close();
  assert.equal(await verifyPassword(SLOW, 'x'.repeat(1025), pool), false);
  assert.equal(await verifyPassword(parseHash(`{PLAIN}${'x'.repeat(1025)}`), 'x'.repeat(1025)), false);
});

test('the caller keeps the bytes of its password', async () => {
  const bytes = Buffer.from('secret');
  await verifyPassword(parseHash(await hashPassword(bytes, { cost: 4 })), bytes);
  assert.equal(bytes.toString(), 'secret');
});

test('passwords and costs that cannot be used are refused', async () => {
  for (const password of ['', 'a\0b', 'a\nb', 'x'.repeat(1025)]) {
    await assert.rejects(hashPassword(password), { code: 'HTPASSWD_PASSWORD' });
  }
  const costs: readonly (readonly [HashAlgorithm, number])[] = [
    ['bcrypt', 3],
    ['bcrypt', 17],
    ['bcrypt', 4.5],
    ['sha512', 999],
    ['sha256', 1_000_001],
    ['apr1', 5000],
  ];
  for (const [algorithm, cost] of costs) {
    await assert.rejects(hashPassword('secret', { algorithm, cost }), { code: 'HTPASSWD_COST' });
  }
});

test('schemes that cost next to nothing need no thread', async () => {
  const pool = new VerificationPool();
  await pool.close();
  assert.equal(await verifyPassword(parseHash('{PLAIN}a'), 'a', pool), true);
  assert.equal(await verifyPassword(parseHash('{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='), 'password', pool), true);
});

test('a full pool refuses at once, and what waited is answered in its order', async (t) => {
  const pool = new VerificationPool({ size: 1, waiting: 2 });
  t.after(() => pool.close());
  const order: number[] = [];
  const checks = [0, 1, 2].map(async (index) => {
    await verifyPassword(SLOW, 'x', pool);
    order.push(index);
  });
  assert.equal(pool.waiting, 2);
  await assert.rejects(verifyPassword(SLOW, 'x', pool), (error) => {
    assert.ok(error instanceof VerificationOverloaded && error instanceof HtpasswdError);
    return error.code === 'VERIFICATION_OVERLOADED';
  });
  await Promise.all(checks);
  assert.deepEqual(order, [0, 1, 2]);
});

test('the event loop turns while passwords are checked', async (t) => {
  const pool = new VerificationPool({ size: 1 });
  t.after(() => pool.close());
  let turns = 0;
  let done = false;
  const check = verifyPassword(SLOW, 'x', pool).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  assert.equal(await check, false);
  assert.ok(turns > 10, `${turns} turns`);
});

test('a job that takes too long is given up, and the next one gets a new thread', async (t) => {
  const pool = new VerificationPool({ size: 1, timeout: 1 });
  t.after(() => pool.close());
  const first = verifyPassword(parseHash(`$6$rounds=1000000$x$${'.'.repeat(86)}`), 'x', pool);
  await assert.rejects(first, { code: 'VERIFICATION_FAILED' });
  await assert.rejects(verifyPassword(SLOW, 'x', pool), { code: 'VERIFICATION_FAILED' });
});

test('a thread that dies rejects its job, and the next job gets a new thread', async (t) => {
  const pool = new VerificationPool({ size: 1 });
  t.after(() => pool.close());
  const hash = parseHash(await hashPassword('secret', { cost: 4 }, pool));
  const fatal = t.mock.method(Worker.prototype, 'postMessage', function (this: Worker) {
    void this.terminate();
  });
  const first = verifyPassword(hash, 'secret', pool);
  const second = verifyPassword(hash, 'secret', pool);
  fatal.mock.restore();
  await assert.rejects(first, { code: 'VERIFICATION_FAILED' });
  assert.equal(await second, true);
});

const onLinux =
  process.platform === 'linux' ? {} : { skip: 'threads have priorities of their own on Linux alone' };

test('threads for passwords step back behind the event loop', onLinux, async (t) => {
  const pool = new VerificationPool({ size: 1 });
  t.after(() => pool.close());
  await verifyPassword(SLOW, 'x', pool);
  const priorities = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
  assert.ok(priorities.includes(10));
  assert.notEqual(getPriority(process.pid), 10);
});

test('closing rejects what runs and what waits, and what comes after', async () => {
  const pool = new VerificationPool({ size: 1 });
  const jobs = [1, 2, 3].map(() => verifyPassword(SLOW, 'x', pool));
  const settled = Promise.allSettled(jobs);
  await pool.close();
  for (const result of await settled) assert.equal(result.status, 'rejected');
  await assert.rejects(verifyPassword(SLOW, 'x', pool), { code: 'VERIFICATION_CLOSED' });
});

test('a process ends by itself after its last check, and not before', async () => {
  const library = new URL('../../src/htpasswd/index.js', import.meta.url).href;
  const script = `import { verifyPassword, parseHash } from '${library}';
    console.log(await verifyPassword(parseHash('${SLOW.text}'), 'x'));`;
  const { code, stdout } = await runProgram(process.execPath, ['--input-type=module', '-e', script]);
  assert.deepEqual([code, stdout], [0, 'false\n']);
});
