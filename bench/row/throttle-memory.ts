import { fileURLToPath } from 'node:url';
import { median } from '../report/median.js';
import type { Row } from './row.js';

/** Megabytes. */
const LIMIT = 64;

/** What the guard against guessing takes when a million addresses have guessed. */
export const throttleMemoryRow: Row = {
  name: 'throttle-memory',
  async measure(stage) {
    const program = fileURLToPath(new URL('../load/million-addresses.js', import.meta.url));
    const guard = new URL('dist/identity/guess-guard.js', `file://${stage.root}/`).href;
    const values: number[] = [];
    let details: Record<string, number> = {};
    for (let round = 1; round <= stage.options.rounds; round += 1) {
      const output = await stage.children.succeed(
        process.execPath,
        ['--expose-gc', program, guard],
        stage.directory,
      );
      const { megabytes, ...others } = JSON.parse(output) as { megabytes: number } & Record<string, number>;
      values.push(megabytes);
      details = others;
      stage.say(`throttle-memory: round ${round}: ${megabytes.toPrecision(3)} MB`);
    }
    const line = {
      contender: 'dockgate',
      values,
      median: median(values),
      ratio: undefined,
      details,
    };
    return [
      {
        name: 'throttle-memory',
        title:
          'resident memory of the guard against guessing after 1,000,000 addresses, each with another user',
        unit: 'MB',
        baseline: undefined,
        subject: 'dockgate',
        targets: [{ limit: LIMIT, of: 'value' }],
        lines: [line],
      },
    ];
  },
};
