import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'libsql';
import { IndexDatabase } from '../../src/registry/search/index-database.js';
import type { RowResult } from '../report/row-result.js';
import type { Row } from './row.js';

/** Milliseconds. */
const LIMIT = 20;

const REPOSITORIES = 100_000;
const LIKE = 'SQLite, LIKE as docker-registry had it';
const SUBJECT = 'dockgate';
const GROUP = 1_000;
const RUNS = 15;

/** Letters that all names have, a word that all have, one that all descriptions have, and one that nobody has. */
const QUERIES = ['e', 're', 'repository', 'image', 'nowhere'];
const WORDS = [
  'alpine',
  'nginx',
  'postgres',
  'team',
  'base',
  'worker',
  'service',
  'frontend',
  'api',
  'build',
];

function wordAt(number: number): string {
  return WORDS[number % WORDS.length] ?? '';
}

/** @returns milliseconds, in the middle of several runs */
function timed(work: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((one, other) => one - other)[RUNS >> 1] ?? Number.NaN;
}

/** How long the slowest of some queries takes over 100,000 repositories, warm. */
export const searchRow: Row = {
  name: 'search',
  async measure(stage) {
    const directory = join(stage.directory, 'search');
    mkdirSync(directory);
    const index = new IndexDatabase(SQLite, join(directory, 'search.sqlite'));
    const plain = new SQLite(join(directory, 'plain.sqlite'));
    plain.exec('CREATE TABLE repository (name TEXT, description TEXT)');
    const insert = plain.prepare('INSERT INTO repository VALUES (?, ?)');
    stage.say(`search: writing ${REPOSITORIES} repositories`);
    for (let start = 0; start < REPOSITORIES; start += GROUP) {
      const entries = Array.from({ length: GROUP }, (_, count) => ({
        name: `${wordAt(start / GROUP)}${count}/${wordAt(count)}-repository-${start + count}`,
        description: `The ${wordAt(count)} image, made nightly`,
      }));
      index.apply(entries, index.state().writing);
      plain.exec('BEGIN');
      for (const { name, description } of entries) insert.run(name, description);
      plain.exec('COMMIT');
    }
    const like = plain.prepare(
      'SELECT name, description FROM repository WHERE name LIKE ? OR description LIKE ?',
    );
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < stage.options.rounds; round += 1) {
      const all = QUERIES.map((text) => timed(() => index.match({ words: [text], skip: 0, limit: 25 })));
      ours.push(Math.max(...all));
      theirs.push(Math.max(...QUERIES.map((text) => timed(() => like.all(`%${text}%`, `%${text}%`)))));
    }
    index.close();
    plain.close();
    return [result(ours, theirs)];
  },
};

function result(ours: readonly number[], theirs: readonly number[]): RowResult {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  const ratio = middle(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
  return {
    name: 'search',
    title: 'ms to the first 25 results of the slowest query, 100,000 repositories',
    unit: 'ms',
    baseline: LIKE,
    subject: SUBJECT,
    targets: [{ limit: LIMIT, of: 'value' }],
    lines: [
      { contender: LIKE, values: theirs, median: middle(theirs), ratio: 1, details: {} },
      { contender: SUBJECT, values: ours, median: middle(ours), ratio, details: {} },
    ],
  };
}
