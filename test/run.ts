import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { isSkippedForAbsence } from './harness/program.js';

// Node 20 takes no patterns on its command line, and a shell's differ; so the files are found here.
const root = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = (await readdir(root, { recursive: true }))
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => join(root, file));

const counts = { passed: 0, failed: 0, skipped: 0 };
const skipped: string[] = [];
/** Skipped for want of a program. With DOCKGATE_TEST_NO_SKIP=1 that is a failure: somebody meant them to run. */
let absences = 0;
const failures: string[] = [];

/** One more than there are processors: many tests wait for programs, timers and disks more than they compute. */
const concurrency = availableParallelism() + 1;
const events = run({ files, concurrency, timeout: 600_000 });
events.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (typeof event.skip === 'string' || event.skip === true) {
    counts.skipped += 1;
    skipped.push(`${event.name}: ${String(event.skip)}`);
    if (isSkippedForAbsence(String(event.skip))) absences += 1;
  } else if (!event.name.endsWith('.test.js')) counts.passed += 1;
});
events.on('test:fail', (event) => {
  if (event.details.type === 'suite') return;
  counts.failed += 1;
  failures.push(event.name);
});
events.pipe(new spec()).pipe(process.stdout);
events.on('end', () => {
  setImmediate(() => {
    for (const line of skipped) process.stdout.write(`skipped: ${line}\n`);
    for (const line of failures) process.stdout.write(`failed: ${line}\n`);
    if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
    if (absences > 0 && process.env['DOCKGATE_TEST_NO_SKIP'] === '1') {
      process.stdout.write(
        `${absences} were skipped for want of a program, which DOCKGATE_TEST_NO_SKIP=1 forbids\n`,
      );
      process.exitCode = 1;
    }
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  });
});
