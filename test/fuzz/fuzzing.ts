import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Random } from './random.js';

/** A parser under test. The module that holds one exports it as `target`. */
export interface FuzzTarget {
  /** Makes an input up. It reaches {@link check} as it is, and people in JSON with its bytes as latin1. */
  make(random: Random): Buffer;
  /** Throws when the parser does what it must not. @returns true when the parser took the input for a good one. */
  check(input: Buffer): boolean;
}

/** What a worker is told. */
export interface FuzzOrder {
  readonly module: string;
  readonly seed: number;
  readonly seconds: number;
  /** How many inputs have been begun. */
  readonly begun: SharedArrayBuffer;
  /** The beginning of the input that is being checked. */
  readonly current: SharedArrayBuffer;
}

/** What a worker tells in the end. */
export interface FuzzOutcome {
  readonly inputs: number;
  readonly accepted: number;
  readonly finding: string | undefined;
}

/** Milliseconds that one input may take: thousands of times what any needs, so that only a runaway is found. */
const RUNAWAY = 20_000;

const SHOWN = 4096;

/**
 * Fuzzes a target for DOCKGATE_FUZZ_SECONDS, 3 by default, in a thread of its own, so that a parser that runs away is
 * noticed. The seed is printed; with it in DOCKGATE_TEST_SEED the same inputs come in the same order.
 *
 * @param module the URL of the module that exports the target.
 */
export async function fuzz(test: TestContext, module: URL): Promise<void> {
  const seconds = Number(process.env['DOCKGATE_FUZZ_SECONDS'] ?? 3);
  const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
  test.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
  const begun = new SharedArrayBuffer(4);
  const current = new SharedArrayBuffer(SHOWN);
  const order: FuzzOrder = { module: fileURLToPath(module), seed, seconds, begun, current };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order });
  const over = new AbortController();
  test.after(() => worker.terminate());
  const outcome = new Promise<FuzzOutcome>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the fuzzing thread ended with ${code}`)));
  });
  try {
    const { inputs, accepted, finding } = await Promise.race([outcome, watch(order, over.signal)]);
    test.diagnostic(`${inputs} inputs, ${accepted} of them accepted`);
    assert.equal(finding, undefined, `with DOCKGATE_TEST_SEED=${seed}: ${finding}`);
    assert.ok(accepted > 0 && accepted < inputs, 'some inputs are good and some are not');
  } finally {
    over.abort();
  }
}

/** Fails when the same input is being checked for too long. */
async function watch({ begun, current }: FuzzOrder, over: AbortSignal): Promise<never> {
  for (;;) {
    const before = Atomics.load(new Int32Array(begun), 0);
    await delay(RUNAWAY, undefined, { signal: over, ref: true }).catch(() => new Promise(() => undefined));
    if (before !== Atomics.load(new Int32Array(begun), 0)) continue;
    const shown = Buffer.from(current).toString('latin1').replace(/\0+$/, '');
    throw new Error(`an input takes for ever; it begins with ${JSON.stringify(shown)}`);
  }
}
