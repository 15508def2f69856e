import type { Command } from 'commander';
import { Digest } from '../../registry/model/digest.js';
import { Repository } from '../../registry/model/repository.js';
import { verify as verifyDirectory } from '../../registry/upkeep/verification.js';
import { CommandFailure } from '../command-failure.js';
import { requireDirectory } from './directory-source.js';
import { type Named, onePlace, parseNamed } from './named.js';
import { directoryConfiguration } from './opening.js';
import { type PlaceFlags, placeOptions } from './options.js';
import { printable } from './printable.js';
import { type PullFinding, type PullTotals, PullVerification } from './pull-verification.js';
import { formatBytes } from './size.js';
import type { RegistrySource } from './source.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task, withSource } from './task.js';
import { faultsOf, verificationLines } from './verification-lines.js';

interface Flags extends PlaceFlags {
  readonly quarantine?: boolean;
}

const ADVICE = 'Push these images again, or restore the directory from a backup.';

/** Findings that the JSON of a pulled verification holds. */
const MOST_FINDINGS = 10_000;

/** Adds `dockgate registry verify`. */
export function registerVerifyCommand(registry: Command, surroundings: Surroundings): void {
  placeOptions(registry.command('verify'))
    .description('read everything and compare it with its digests; exit code 1 when something is wrong')
    .argument(
      '[NAME...]',
      '[https://HOST[:PORT]/]REPOSITORY, or https://HOST[:PORT] for all; without: the whole directory',
    )
    .option('--quarantine', 'take damaged content out of service (directory only)')
    .action((names: string[], flags: Flags) =>
      runTask(registry, surroundings, flags, (task) =>
        verify(task, names.map(parseNamed), flags.quarantine === true),
      ),
    );
}

async function verify(task: Task, named: readonly Named[], quarantine: boolean): Promise<void> {
  const origin = onePlace(named);
  if (named.some(({ reference }) => reference !== undefined)) {
    throw new CommandFailure(
      'Name repositories without a tag or digest: a repository is verified as a whole.',
      2,
    );
  }
  if (quarantine && origin !== undefined) {
    throw new CommandFailure(
      '--quarantine works on the directory of a registry only. Run it where the data lies, with --data DIR.',
      2,
    );
  }
  if (quarantine && named.length > 0) {
    throw new CommandFailure('--quarantine verifies the whole directory. Leave the repositories out.', 2);
  }
  if (origin === undefined && named.length === 0) await verifyAll(task, quarantine);
  else await withSource(task, origin, (source) => verifyByPulling(task, source, named));
}

async function verifyAll(task: Task, quarantine: boolean): Promise<void> {
  const { data: directory } = await directoryConfiguration(task);
  await requireDirectory(directory);
  const isJson = task.flags.json === true;
  const report = await verifyDirectory({
    directory,
    quarantine,
    signal: task.signal,
    onProgress: ({ stage, bytes, totalBytes, repositories }) =>
      task.progress.update(
        stage === 'contents'
          ? { label: 'verified', done: bytes, total: totalBytes, unit: 'bytes' }
          : { label: 'repositories looked through', done: repositories, unit: 'items' },
      ),
    onFinding: (finding) => {
      if (!isJson && finding.kind === 'damaged') task.show(`found damaged content: ${finding.digest}\n`);
    },
  });
  if (isJson) task.printJson(plain({ registry: directory, quarantine, ...report }));
  else for (const line of verificationLines(report)) task.print(line);
  const faults = faultsOf(report);
  if (faults > 0) throw new CommandFailure(faultsFound(faults));
  if (!report.complete) throw new CommandFailure('The verification was stopped before its end.');
}

async function verifyByPulling(task: Task, source: RegistrySource, named: readonly Named[]): Promise<void> {
  const isJson = task.flags.json === true;
  const findings: PullFinding[] = [];
  let count = 0;
  const verification = new PullVerification(
    source,
    {
      onProgress: ({ bytes }) => task.progress.update({ label: 'verified', done: bytes, unit: 'bytes' }),
      onFinding: (finding) => {
        count += 1;
        if (!isJson) task.print(findingLine(finding));
        else if (findings.length < MOST_FINDINGS) findings.push(finding);
      },
    },
    task.signal,
  );
  for await (const repository of repositoriesOf(source, named)) await verification.verify(repository);
  const { totals } = verification;
  if (isJson)
    task.printJson({ registry: source.place, ...totals, findings, omitted: count - findings.length });
  else task.print(summary(totals));
  if (count > 0) throw new CommandFailure(faultsFound(count));
}

async function* repositoriesOf(source: RegistrySource, named: readonly Named[]): AsyncGenerator<Repository> {
  const repositories = named
    .map(({ repository }) => repository)
    .filter((repository) => repository !== undefined);
  if (repositories.length === named.length) {
    yield* repositories;
    return;
  }
  for await (const name of source.repositories()) {
    const repository = Repository.read(name);
    if (repository !== undefined) yield repository;
  }
}

function findingLine({ kind, repository, name, images }: PullFinding): string {
  const shown = images.map((image) => `${repository}${image.includes(':') ? '@' : ':'}${image}`).join(', ');
  return printable(`${kind} ${name} in ${repository}, needed by ${shown === '' ? 'no tag' : shown}`);
}

function summary({ repositories, manifests, blobs, bytes }: PullTotals): string {
  return `checked ${repositories} repositories: ${manifests} manifests and ${blobs} blobs, ${formatBytes(bytes)}`;
}

/** The same value with digests as text. */
function plain(value: unknown): unknown {
  if (value instanceof Digest) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function faultsFound(count: number): string {
  return `${count === 1 ? '1 fault was' : `${count} faults were`} found. ${ADVICE}`;
}
