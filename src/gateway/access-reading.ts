import { readFile, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { LARGEST_FILE, type ParsedGroups, parseGroups } from '../access/group-file.js';
import { type Group, Groups } from '../access/groups.js';
import { type AccessContent, readAccessContent } from '../configuration/access-content.js';

/** A file to be read. */
export interface ReadingJob {
  readonly kind: 'rules' | 'groups';
  /** Absolute. */
  readonly file: string;
  /** How problems name it. */
  readonly label: string;
}

/** Milliseconds after which a reading is given up; the largest files take some seconds. */
const LONGEST = 60_000;

/** Bytes of a file that is read in less time than it takes to start a thread, some milliseconds. */
const SMALL = 16_384;

/** Reads the rules of a configuration file. Thousands of them take a second: requests go on meanwhile. */
export async function readRules(file: string, label: string): Promise<AccessContent> {
  // What cannot be looked at gets its sentence when it is read.
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isFile() === true && stats.size <= SMALL) return await readAccessContent(file, label);
  return await onThread<AccessContent>({ kind: 'rules', file, label });
}

/** Reads a file of groups, also aside. A file that cannot be read has one problem. */
export async function readGroups(file: string): Promise<ParsedGroups> {
  const refuse = (message: string): ParsedGroups => ({
    groups: Groups.none,
    problems: [{ place: { file }, message: `the file of groups ${message}` }],
  });
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return refuse('is not a file');
    if (stats.size > LARGEST_FILE) return refuse(`has more than ${LARGEST_FILE} bytes`);
    if (stats.size <= SMALL) return parseGroups(await readFile(file), file);
    const job: ReadingJob = { kind: 'groups', file, label: file };
    const { groups, problems } = await onThread<{
      groups: readonly Group[];
      problems: ParsedGroups['problems'];
    }>(job);
    return { groups: new Groups(groups), problems };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return refuse('does not exist');
    return refuse(code === 'EACCES' ? 'may not be read by this user' : 'cannot be read');
  }
}

function onThread<Result>(job: ReadingJob): Promise<Result> {
  return new Promise((resolve, reject) => {
    // Flags of the process such as --input-type would keep the worker from starting.
    const worker = new Worker(new URL('./access-worker.js', import.meta.url), {
      workerData: job,
      execArgv: [],
    });
    worker.unref();
    const timer = setTimeout(() => void worker.terminate(), LONGEST);
    timer.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the thread that reads the rules has ended'));
    });
  });
}
