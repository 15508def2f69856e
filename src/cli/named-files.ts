import { stat } from 'node:fs/promises';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { HtpasswdFile } from '../htpasswd/htpasswd-file.js';
import { HtpasswdFileError } from '../htpasswd/problem.js';
import { parseChain } from '../tls/certificate-chain.js';
import { read } from '../tls/directory.js';
import { checkAudit, checkClientCertificates, checkRobots, checkRules } from './access-files.js';
import { checkClientTrust, checkMadePair, checkOwnPairs } from './check/certificates.js';
import { codeOf, Findings } from './check/findings.js';
import { checkPasswordFormats } from './check/passwords.js';
import { checkLogFiles } from './log-files.js';

/** What the files are like that a configuration names. */
export interface FileFindings {
  /** `serve` would not start. */
  readonly problems: readonly Problem[];
  /** It would start, but clients would fail. */
  readonly troubles: readonly Problem[];
  /** What works, but a person should know; whole sentences. */
  readonly notices: readonly string[];
}

/**
 * Reads every file and looks at every directory that the configuration names.
 * @param now Milliseconds since 1970; certificates must be valid then.
 */
export async function checkNamedFiles(configuration: Configuration, now: number): Promise<FileFindings> {
  const found = new Findings();
  await findIn(configuration, now, found);
  const { problems, troubles, notices } = found;
  return { problems, troubles, notices: notices.map(formatProblem) };
}

/** {@link checkNamedFiles}, among other findings. */
export async function findIn(configuration: Configuration, now: number, found: Findings): Promise<void> {
  const { upstream, pairs, insecureHttp } = configuration;
  await found.collect(() => checkPasswords(configuration, found));
  await found.collect(async () => {
    for (const notice of await checkRules(configuration)) found.notice(undefined, notice);
  });
  await found.collect(() => checkRobots(configuration));
  await found.collect(async () => {
    await checkClientCertificates(configuration);
    await checkClientTrust(configuration, now, found);
  });
  await found.collect(() => checkAudit(configuration));
  await found.collect(() => checkLogFiles(configuration));
  await checkOwnPairs(configuration, now, found);
  if (pairs.length === 0) {
    await found.collect(async () => {
      await checkDirectory(configuration.certs);
      if (!insecureHttp) await checkMadePair(configuration, now, found);
    });
  }
  if (upstream === undefined) await found.collect(() => checkDirectory(configuration.data));
  const ca = upstream?.ca;
  if (ca !== undefined) {
    await found.collect(async () => {
      parseChain(await read(ca), ca);
    });
  }
}

async function checkPasswords({ htpasswd: file, upstream }: Configuration, found: Findings): Promise<void> {
  const passwords = await openPasswords(file, upstream === undefined);
  if (passwords === undefined) {
    const message = `${file} does not exist yet: the first start makes it, with a user "admin" and a new password.`;
    found.notice(undefined, message);
    return;
  }
  const { entries, problems } = passwords;
  checkPasswordFormats(passwords, found);
  if (problems.length > 0) {
    throw new ConfigurationError(problems.map(({ line, message }) => ({ place: { file, line }, message })));
  }
  if (entries.size === 0)
    found.notice(undefined, `${file} has no users yet, so nobody can log in: dockgate user add NAME`);
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
