import { stat } from 'node:fs/promises';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { HtpasswdFile } from '../htpasswd/htpasswd-file.js';
import { HtpasswdFileError } from '../htpasswd/problem.js';
import { parseChain } from '../tls/certificate-chain.js';
import { read } from '../tls/directory.js';
import { loadPair, type Pair, uncovered } from '../tls/pair.js';
import { checkAudit, checkClientCertificates, checkRobots, checkRules } from './access-files.js';

/** What the files are like that a configuration names. */
export interface Findings {
  readonly problems: readonly Problem[];
  /** What works, but a person should know; whole sentences. */
  readonly notices: readonly string[];
}

/**
 * Reads every file and looks at every directory that the configuration names.
 * @param now Milliseconds since 1970; certificates must be valid then.
 */
export async function checkNamedFiles(configuration: Configuration, now: number): Promise<Findings> {
  const problems: Problem[] = [];
  const notices: string[] = [];
  const { upstream, pairs } = configuration;
  await collect(problems, async () => {
    notices.push(...(await checkPasswords(configuration)));
  });
  await collect(problems, async () => {
    notices.push(...(await checkRules(configuration)));
  });
  for (const check of [checkRobots, checkClientCertificates, checkAudit]) {
    await collect(problems, () => check(configuration));
  }
  const loaded: Pair[] = [];
  for (const files of pairs) {
    await collect(problems, async () => {
      loaded.push(await loadPair(files, { now }));
    });
  }
  notices.push(...loaded.flatMap((pair) => pair.warnings));
  // A broken pair has its own sentence; which names are missing is known only when all are whole.
  if (pairs.length > 0 && loaded.length === pairs.length) {
    problems.push(...uncovered(loaded, configuration.hostnames));
  }
  if (pairs.length === 0) await collect(problems, () => checkDirectory(configuration.certs));
  if (upstream === undefined) await collect(problems, () => checkDirectory(configuration.data));
  const ca = upstream?.ca;
  if (ca !== undefined) {
    await collect(problems, async () => {
      parseChain(await read(ca), ca);
    });
  }
  return { problems, notices };
}

async function collect(problems: Problem[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
  }
}

async function checkPasswords({ htpasswd: file, upstream }: Configuration): Promise<readonly string[]> {
  const passwords = await openPasswords(file, upstream === undefined);
  if (passwords === undefined) {
    return [`${file} does not exist yet: the first start makes it, with a user "admin" and a new password.`];
  }
  const { entries, problems } = passwords;
  if (problems.length > 0) {
    throw new ConfigurationError(problems.map(({ line, message }) => ({ place: { file, line }, message })));
  }
  return entries.size > 0 ? [] : [`${file} has no users yet, so nobody can log in: dockgate user add NAME`];
}

/** undefined: there is no such file, and it may be missing. */
async function openPasswords(file: string, mayBeMissing: boolean): Promise<HtpasswdFile | undefined> {
  try {
    return await HtpasswdFile.open(file, { watch: false });
  } catch (error) {
    if (!(error instanceof HtpasswdFileError)) throw error;
    if (mayBeMissing && error.code === 'HTPASSWD_MISSING') return undefined;
    throw new ConfigurationError([{ place: { file }, message: error.reason }], { cause: error });
  }
}

/** It may be missing, because `serve` makes it, but nothing else may be in its place. */
async function checkDirectory(file: string): Promise<void> {
  try {
    if ((await stat(file)).isDirectory()) return;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') {
      throw new ConfigurationError([
        { place: { file }, message: `This directory cannot be looked at (${code}).` },
      ]);
    }
  }
  throw new ConfigurationError([
    { place: { file }, message: 'This must be a directory, but a file is in its place.' },
  ]);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
