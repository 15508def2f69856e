import { parseArgs } from 'node:util';

/** What the person who runs the bench wants. */
export interface Options {
  /** Measurements of each contender; they take turns. */
  readonly rounds: number;
  /** Length of one measurement that is bounded by time. */
  readonly seconds: number;
  /** Names of the rows to measure; empty for all that are not long. */
  readonly only: readonly string[];
  /** Measure the long rows as well. */
  readonly all: boolean;
  readonly json: boolean;
  readonly quick: boolean;
  /** Directory for V8 profiles of dockgate. */
  readonly profile: string | undefined;
  /** Bytes of the blob that is pulled and pushed. */
  readonly blobBytes: number;
  /** How often the blob is sent in one measurement. */
  readonly transfers: number;
  /** Bytes of each of the 64 transfers of the memory row. */
  readonly flowBytes: number;
  /** Clients that pull at the same time, and bytes of each of the ten layers that they pull. */
  readonly pullClients: number;
  readonly pulledLayerBytes: number;
  /** Clients that push at the same time. */
  readonly pushClients: number;
  /** Repositories, and tags of one repository, in the lists. */
  readonly repositories: number;
  readonly tags: number;
  /** Blobs that are cleaned up. */
  readonly blobs: number;
  readonly help: boolean;
}

/** The command line is wrong; the message says how. */
export class OptionsError extends Error {
  readonly code = 'BENCH_OPTIONS';
}

export const usage = `Usage: npm run bench -- [options]

  --rounds N     measurements of each contender (default 5; quick 2)
  --seconds N    length of one measurement (default 4; quick 1)
  --only NAME    measure this row alone; may be repeated
  --all          measure the rows as well that are left out unless named: cleanup
  --quick        small transfers and short measurements, to see that all works
  --json         print JSON in place of the table
  --profile DIR  have dockgate write V8 processor profiles to DIR
  --help         print this
`;

const MEBIBYTE = 1024 * 1024;

/** @throws {OptionsError} @param rows names of the rows that there are */
export function readOptions(args: readonly string[], rows: readonly string[]): Options {
  const values = parse(args);
  const { only = [], all = false, json = false, quick = false, profile, help = false } = values;
  for (const name of only) {
    if (!rows.includes(name))
      throw new OptionsError(`--only ${name}: there is no such row; there are ${rows.join(', ')}`);
  }
  return {
    rounds: positive('--rounds', values.rounds) ?? (quick ? 2 : 5),
    seconds: positive('--seconds', values.seconds) ?? (quick ? 1 : 4),
    only,
    all,
    json,
    quick,
    profile,
    blobBytes: 256 * MEBIBYTE,
    transfers: quick ? 1 : 4,
    flowBytes: quick ? 32 * MEBIBYTE : 1024 * MEBIBYTE,
    pullClients: quick ? 10 : 50,
    pulledLayerBytes: quick ? 2_000_000 : 20_000_000,
    pushClients: quick ? 4 : 20,
    repositories: quick ? 1_000 : 10_000,
    tags: quick ? 10_000 : 100_000,
    blobs: quick ? 10_000 : 1_000_000,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string', multiple: true },
        all: { type: 'boolean' },
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new OptionsError(`${name} ${text}: give a whole number above 0`);
}
