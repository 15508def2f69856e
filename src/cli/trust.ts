import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigurationError } from '../configuration/problem.js';
import { CLIENTS, type Client } from '../trust/clients.js';
import { findProgram, type Machine } from '../trust/machine.js';
import { parsePlace } from '../trust/place.js';
import { CommandFailure } from './command-failure.js';
import { type AuthoritySource, findAuthority } from './trust-authority.js';
import { formatTrust } from './trust-output.js';
import { type ProgramRunner, trustAuthority } from './trust-work.js';

interface TrustFlags extends Partial<Record<Client, boolean>> {
  readonly remove?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly ca?: string;
  readonly config?: string;
  readonly fingerprint?: string;
  readonly save?: string;
  readonly root?: string;
}

/** Where the command runs; for tests. */
export interface TrustSurroundings {
  readonly machine: Omit<Machine, 'isImage'>;
  readonly directory: string;
  readonly run: ProgramRunner;
}

/** Adds `dockgate trust`: has this machine's clients trust the authority of a gateway, or no longer. */
export function registerTrustCommand(program: Command, surroundings: TrustSurroundings = here()): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  program
    .command('trust')
    .description('have the clients of this machine trust the authority of a gateway')
    .argument('<HOST[:PORT]>', 'where clients reach the gateway, as image names begin')
    .option('--system', "the system's store: most programs, docker among them")
    .option('--docker', "docker's directory for this registry")
    .option('--podman', 'that of podman, skopeo and buildah')
    .option('--containerd', 'that of containerd (hosts.toml)')
    .option('--remove', 'trust it no longer: takes away what this command has put there')
    .option('--print', 'say what would be done, and do nothing')
    .option('--ca <FILE>', 'certificate of the authority; without it ca.crt of the configuration, or of HOST')
    .option('--config <FILE>', 'configuration whose directory of certificates has it')
    .option('--fingerprint <SHA256>', 'what it has to be, as dockgate cert show prints it on the gateway')
    .option('--save <FILE>', 'keep the certificate in this file too')
    .addOption(new Option('--root <DIR>', 'a tree of files, such as an image, in place of this machine'))
    .option('--json', 'for programs')
    .action(async (host: string, flags: TrustFlags) => {
      const { text, complaints } = await runTrust(host, flags, surroundings);
      print(text);
      if (complaints.length > 0) throw new CommandFailure(complaints.join('\n'), 1);
    });
}

async function runTrust(
  host: string,
  flags: TrustFlags,
  { machine, directory, run }: TrustSurroundings,
): Promise<{ readonly text: string; readonly complaints: readonly string[] }> {
  const place = parsePlace(host);
  if ('complaint' in place) throw new CommandFailure(`HOST[:PORT] ${place.complaint}`, 2);
  const isImage = flags.root !== undefined;
  const root = isImage ? resolve(directory, flags.root) : machine.root;
  const source: AuthoritySource = {
    file: flags.ca,
    config: flags.config,
    fingerprint: flags.fingerprint,
    place,
    remove: flags.remove === true,
    environment: machine.environment,
    directory,
  };
  const found = await findAuthority(source).catch(failure);
  const chosen = CLIENTS.filter((client) => flags[client] === true);
  const result = await trustAuthority({
    ...{ machine: { ...machine, root, isImage }, place, found, chosen, run },
    remove: flags.remove === true,
    dry: flags.print === true,
    save: flags.save === undefined ? undefined : resolve(directory, flags.save),
  }).catch(failure);
  const { complaints } = result;
  if (flags.json !== true) return { text: formatTrust(result), complaints };
  return { text: JSON.stringify({ ok: complaints.length === 0, ...result }, null, 2), complaints };
}

/** What has no file came from the command line. */
function failure(error: unknown): never {
  if (!(error instanceof ConfigurationError)) throw error;
  const exitCode = error.problems.some(({ place }) => place === undefined) ? 2 : 1;
  throw new CommandFailure(error.message, exitCode, { cause: error });
}

function here(): TrustSurroundings {
  const machine = {
    platform: process.platform,
    root: '/',
    user: process.geteuid?.() ?? 0,
    home: homedir(),
    environment: process.env,
  };
  return {
    machine,
    directory: process.cwd(),
    run: (words) => runHere(words, { ...machine, isImage: false }),
  };
}

/** A person's PATH often lacks the directories of such programs. */
function runHere([name = '', ...words]: readonly string[], machine: Machine): ReturnType<ProgramRunner> {
  return new Promise((done) => {
    execFile(findProgram(machine, name) ?? name, words, (error, stdout, stderr) => {
      done(error === null ? undefined : `${stderr}${stdout}`.trim() || error.message);
    });
  });
}
