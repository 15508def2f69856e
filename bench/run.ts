import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busyness, disturbance } from './machine/busyness.js';
import { describeEnvironment } from './machine/environment.js';
import { absence, isInstalled, programs } from './machine/program.js';
import { type Options, OptionsError, readOptions, usage } from './options.js';
import { isMet, type RowResult } from './report/row-result.js';
import { formatTable } from './report/table.js';
import type { Row } from './row/row.js';
import { rows } from './row/rows.js';
import { Stage } from './stage.js';

// Compiled, this file is build/bench/run.js.
const root = fileURLToPath(new URL('../../', import.meta.url));
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function measureAll(stage: Stage): Promise<RowResult[]> {
  await stage.prepare();
  const { only, all } = stage.options;
  const isWanted = (row: Row): boolean =>
    only.length > 0 ? only.includes(row.name) : all || row.isLong !== true;
  const results: RowResult[] = [];
  for (const row of rows.filter(isWanted)) results.push(...(await row.measure(stage)));
  return results;
}

/** What has to be there before anything can be measured, as sentences; empty when all is. */
function obstacles(): string[] {
  const { wrk, curl, htpasswd, openssl } = programs;
  const sentences = [wrk, curl, htpasswd, openssl].filter((program) => !isInstalled(program)).map(absence);
  if (process.platform !== 'linux') sentences.push('the bench reads /proc and needs Linux');
  if (!existsSync(join(root, 'dist', 'cli', 'run.js')))
    sentences.push('dockgate is not built: npm run build');
  return sentences;
}

function warn(share: number): void {
  const sentence = disturbance(share);
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
}

async function bench(options: Options): Promise<number> {
  const missing = obstacles();
  if (missing.length > 0) {
    process.stderr.write(`${missing.join('\n')}\n`);
    return 1;
  }
  const stage = new Stage(root, options);
  let interrupted: number | undefined;
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      // What runs now fails for want of its programs, and the end of that is the end of the bench.
      interrupted ??= code;
      void stage.clear();
    });
  }
  try {
    const before = await busyness();
    warn(before);
    const results = await measureAll(stage);
    const after = await busyness();
    warn(after);
    const environment = describeEnvironment(root);
    const { rounds, seconds, quick } = options;
    const told = results.map((row) => ({ ...row, met: isMet(row) }));
    const othersUse = { before, after };
    const document = { environment, othersUse, rounds, seconds, quick, rows: told, missing: stage.missing };
    process.stdout.write(
      options.json
        ? `${JSON.stringify(document, undefined, 2)}\n`
        : formatTable(environment, results, stage.missing),
    );
    return 0;
  } catch (error) {
    if (interrupted !== undefined) return interrupted;
    process.stderr.write(`the bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await stage.clear();
  }
}

async function main(): Promise<number> {
  try {
    const options = readOptions(
      process.argv.slice(2),
      rows.map(({ name }) => name),
    );
    if (!options.help) return await bench(options);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return 2;
  }
}

process.exitCode = await main();
