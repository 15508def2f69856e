import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseGroups } from '../access/group-file.js';
import { Groups } from '../access/groups.js';
import { missingGroups } from '../access/rules.js';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { unknownUsers } from '../gateway/named-users.js';
import { HtpasswdFile } from '../htpasswd/htpasswd-file.js';
import { HtpasswdFileError } from '../htpasswd/problem.js';
import { parseChain } from '../tls/certificate-chain.js';
import { parseRevocations } from '../tls/revocation-list.js';

/** Reads the groups that a configuration names. @throws {ConfigurationError} */
export async function readGroups(file: string | undefined): Promise<Groups> {
  if (file === undefined) return Groups.none;
  const bytes = await bytesOf(file, 'The file of groups');
  const { groups, problems } = parseGroups(bytes, file);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return groups;
}

/** Looks at rules and groups together. @returns notices. @throws {ConfigurationError} */
export async function checkRules(configuration: Configuration): Promise<readonly string[]> {
  const { access: rights, htpasswd, clientCertificates, auth } = configuration;
  const groups = await readGroups(rights.groups);
  const missing = missingGroups(rights.rules, groups);
  if (missing.length > 0) throw new ConfigurationError(missing);
  // Others than those of the password file have names then.
  if (clientCertificates !== undefined || auth.issuers.length > 0) return [];
  const users = await usersOf(htpasswd);
  return unknownUsers(rights.rules, groups, rights.groups, (name) => users.has(name)).map(formatProblem);
}

/** Robots' tokens are hashed, but nobody else has to know what they open. @throws {ConfigurationError} */
export async function checkRobots({ auth }: Configuration): Promise<void> {
  const found = await stat(auth.robots).catch(() => undefined);
  if (found === undefined || (found.mode & 0o007) === 0) return;
  throw problem(auth.robots, 'Others may read or change this file: chmod 600 it.');
}

/** @throws {ConfigurationError} */
export async function checkClientCertificates({ clientCertificates }: Configuration): Promise<void> {
  if (clientCertificates === undefined) return;
  const { authority, revocations } = clientCertificates;
  parseChain(await bytesOf(authority, 'The file of authorities'), authority);
  if (revocations !== undefined)
    parseRevocations(await bytesOf(revocations, 'The file of revocation lists'), revocations);
}

/** @throws {ConfigurationError} when the log could not be written */
export async function checkAudit({ audit }: Configuration): Promise<void> {
  if (audit === undefined) return;
  const isThere = (await stat(audit).catch(() => undefined)) !== undefined;
  const place = isThere ? audit : path.dirname(audit);
  try {
    await access(place, constants.W_OK);
  } catch {
    throw problem(place, 'The audit log cannot be written here.');
  }
}

async function usersOf(file: string): Promise<ReadonlySet<string>> {
  try {
    return new Set((await HtpasswdFile.open(file, { watch: false })).entries.keys());
  } catch (error) {
    // It has a sentence of its own.
    if (error instanceof HtpasswdFileError) return new Set();
    throw error;
  }
}

async function bytesOf(file: string, what: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw problem(file, `${what} cannot be read (${code}).`);
  }
}

function problem(file: string, message: string): ConfigurationError {
  const problems: readonly Problem[] = [{ place: { file }, message }];
  return new ConfigurationError(problems);
}
