import { writeFile } from 'node:fs/promises';
import { ConfigurationError } from '../configuration/problem.js';
import { codeOf } from '../tls/stored-file.js';
import { type Client, installedClients } from '../trust/clients.js';
import { type Machine, onDisk } from '../trust/machine.js';
import type { Place } from '../trust/place.js';
import { textAt } from '../trust/placed-file.js';
import { shellWord } from '../trust/shell-word.js';
import { carryOut, planClient, type Step, type Wish, type Work } from '../trust/step.js';
import { findSystemStore } from '../trust/system-store.js';
import { trustVariables, type Variable } from '../trust/variables.js';
import type { FoundAuthority } from './trust-authority.js';
import { keychainCommands } from './trust-keychain.js';

/** Runs a program to its end. @returns what it complained of; undefined when it went well */
export type ProgramRunner = (words: readonly string[]) => Promise<string | undefined>;

export interface TrustRequest {
  readonly machine: Machine;
  readonly place: Place;
  readonly found: FoundAuthority;
  /** Empty: all that are there. */
  readonly chosen: readonly Client[];
  readonly remove: boolean;
  /** Say what would be done. */
  readonly dry: boolean;
  readonly save: string | undefined;
  readonly run: ProgramRunner;
}

/** What became of one file. */
export interface Outcome {
  readonly client: Client;
  readonly path: string;
  readonly work: Work | 'fail';
}

/** All that was done, or would be. */
export interface TrustResult {
  readonly host: string;
  readonly authority: {
    readonly name: string | undefined;
    readonly fingerprint: string;
    readonly notAfter: string | undefined;
    readonly source: string | undefined;
  };
  readonly remove: boolean;
  readonly dry: boolean;
  readonly files: readonly Outcome[];
  /** Command lines that were run, or would be. */
  readonly commands: readonly string[];
  /** Command lines for the person to type. */
  readonly toType: readonly string[];
  readonly variables: readonly Variable[];
  readonly notices: readonly string[];
  readonly complaints: readonly string[];
}

/** Has each client trust the authority, or no longer. What cannot be done for one is said, and done for the others. */
export async function trustAuthority(request: TrustRequest): Promise<TrustResult> {
  const { machine, place, found, remove, dry } = request;
  const wish: Wish = { machine, place, authority: found, remove };
  const clients = request.chosen.length > 0 ? request.chosen : installedClients(machine);
  if (clients.length === 0)
    throw new ConfigurationError([
      {
        place: undefined,
        message:
          'No client is on this machine that dockgate knows. Choose: --system, --docker, --podman, --containerd.',
      },
    ]);
  const complaints: string[] = [];
  const outcomes: Outcome[] = [];
  const denied = new Set<Client>();
  const usesKeychain = machine.platform === 'darwin' || machine.platform === 'win32';
  for (const client of clients) {
    if (client === 'system' && usesKeychain && !machine.isImage) continue;
    for (const step of await planClient(client, wish)) {
      const { path } = step;
      if (step.reason !== undefined) complaints.push(step.reason);
      const failed = dry || step.work === 'refuse' ? undefined : await attempt(step, wish);
      if (failed === 'denied') denied.add(client);
      else if (failed !== undefined) complaints.push(`${path}: ${failed}`);
      outcomes.push({ client, path, work: failed === undefined ? step.work : 'fail' });
    }
  }
  const commands = await update(request, outcomes, complaints);
  if (request.save !== undefined && found.pem !== undefined && !dry)
    await save(request.save, found.pem, complaints);
  if (denied.size > 0) complaints.push(sudoHint([...denied], request));
  const store = findSystemStore(machine);
  const inStore = outcomes.find(
    ({ client, work }) => client === 'system' && work !== 'refuse' && work !== 'fail',
  );
  const file =
    inStore?.path ??
    outcomes.find(({ work, path }) => work !== 'refuse' && work !== 'fail' && path.endsWith('.crt'))?.path ??
    request.save ??
    found.file;
  const keychain = usesKeychain && clients.includes('system');
  return {
    host: place.name,
    authority: {
      name: found.name,
      fingerprint: found.fingerprint,
      notAfter: found.notAfter === undefined ? undefined : new Date(found.notAfter).toISOString(),
      source: found.source,
    },
    ...{ remove, dry, files: outcomes, commands },
    toType: keychain ? keychainCommands(machine.platform, found, request.save ?? found.file, remove) : [],
    variables:
      remove || file === undefined
        ? []
        : trustVariables(file, inStore === undefined ? undefined : store?.bundle),
    notices: await notices(outcomes, wish),
    complaints,
  };
}

/** @returns `denied` where another account is needed, else why it failed; undefined: it is done */
async function attempt(step: Step, wish: Wish): Promise<string | undefined> {
  try {
    await carryOut(step, wish);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : `it cannot be written (${code}).`;
  }
}

/** Runs the program that puts the system's store together, when a file changed or an earlier run was broken off. */
async function update(
  { machine, found, remove, dry, run }: TrustRequest,
  outcomes: readonly Outcome[],
  complaints: string[],
): Promise<readonly string[]> {
  const outcome = outcomes.find(({ client }) => client === 'system');
  const store = findSystemStore(machine);
  if (outcome === undefined || store === undefined || machine.isImage) return [];
  if (outcome.work === 'refuse' || outcome.work === 'fail') return [];
  if (outcome.work === 'nothing' && (remove || (await holds(onDisk(machine, store.bundle), found.pem))))
    return [];
  const words = remove ? store.updateAfterRemoval : store.update;
  const line = words.map(shellWord).join(' ');
  const complaint = dry ? undefined : await run(words);
  if (complaint !== undefined) complaints.push(`\`${line}\` failed; run it again as root: ${complaint}`);
  return [line];
}

/** Whether a bundle has the certificate; one that cannot be read is believed to have it. */
async function holds(bundle: string, pem: string | undefined): Promise<boolean> {
  const text = await textAt(bundle).catch(() => undefined);
  return text === undefined || pem === undefined || text.includes(pem.trim());
}

async function save(file: string, pem: string, complaints: string[]): Promise<void> {
  await writeFile(file, pem, { mode: 0o644 }).catch((error: unknown) => {
    complaints.push(`${file}: it cannot be written (${codeOf(error) ?? 'unknown error'}).`);
  });
}

function sudoHint(clients: readonly Client[], { found, place, remove }: TrustRequest): string {
  const words = [
    ...['sudo', 'dockgate', 'trust', ...clients.map((client) => `--${client}`)],
    ...(remove ? ['--remove'] : []),
    ...(found.file === undefined ? ['--fingerprint', found.fingerprint] : ['--ca', found.file]),
    place.name,
  ];
  return `This account may not change that of ${clients.join(', ')}. Run: ${words.map(shellWord).join(' ')}`;
}

async function notices(outcomes: readonly Outcome[], { machine, remove }: Wish): Promise<readonly string[]> {
  const told: string[] = [];
  const changed = (client: Client): boolean =>
    outcomes.some((each) => each.client === client && ['write', 'replace', 'remove'].includes(each.work));
  if (changed('system') && !machine.isImage)
    told.push('Programs that are running, docker among them, see it after they were started again.');
  const config = remove
    ? undefined
    : await textAt(onDisk(machine, '/etc/containerd/config.toml')).catch(() => '');
  if (outcomes.some(({ client }) => client === 'containerd') && config?.includes('certs.d') === false)
    told.push(
      'Kubernetes\' containerd looks there only with config_path = "/etc/containerd/certs.d" in the registry table of /etc/containerd/config.toml.',
    );
  return told;
}
