import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KeyType } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { longestServerDays } from '../tls/certificate.js';
import { parseChain } from '../tls/certificate-chain.js';
import { authorityFiles, serverFiles } from '../tls/certificate-files.js';
import { formatSummary, summarize } from '../tls/certificate-summary.js';
import { exists, read } from '../tls/directory.js';
import { initialize, issue, renew, request, signRequest } from '../tls/issuance.js';
import type { RsaBits } from '../tls/key-pair.js';
import { ExistingFile } from '../tls/stored-file.js';
import { formatTrustInstructions } from '../trust/instructions.js';
import { CommandFailure } from './command-failure.js';

interface Flags {
  readonly certs: string;
  readonly keyType: KeyType;
  readonly rsaBits: RsaBits;
  readonly force?: boolean;
  readonly out?: string;
  readonly days: number;
  readonly hostname?: string[];
  readonly newKey?: boolean;
  readonly json?: boolean;
}

/** Port that the trust lines of `init` name; the gateway itself is not asked. */
const usualPort = 8443;

/** Adds `dockgate cert …`: an authority, certificates and requests, in place of a dozen openssl lines. */
export function registerCertCommand(program: Command): void {
  const cert = program.command('cert').description('make, sign, show and renew certificates');
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);

  keyOptions(common(cert.command('init')))
    .description('make an authority and a server certificate')
    .option('--hostname <NAME>', 'name or address of this server; several allowed', collect)
    .addOption(forceOption())
    .action(async (flags: Flags) => print(await work(() => runInit(flags))));

  keyOptions(common(cert.command('issue')))
    .description('make a key, and a certificate for it from the authority')
    .argument('<HOST...>', 'names and addresses that clients use')
    .addOption(outOption())
    .addOption(daysOption())
    .addOption(forceOption())
    .action(async (hosts: string[], flags: Flags) => print(await work(() => runIssue(hosts, flags))));

  keyOptions(common(cert.command('csr')))
    .description("make a key and a signing request, for a company's authority")
    .argument('<HOST...>', 'names and addresses that clients use')
    .addOption(outOption())
    .addOption(forceOption())
    .action(async (hosts: string[], flags: Flags) => print(await work(() => runRequest(hosts, flags))));

  common(cert.command('sign'))
    .description('sign a signing request with the authority')
    .argument('<FILE>', 'the request (PEM or DER)')
    .addOption(outOption())
    .addOption(daysOption())
    .addOption(forceOption())
    .action(async (file: string, flags: Flags) => print(await work(() => runSign(file, flags))));

  common(cert.command('show'))
    .description('show what is in certificates; without FILE in those of the directory')
    .argument('[FILE]')
    .option('--json', 'for programs')
    .action(async (file: string | undefined, flags: Flags) => print(await work(() => runShow(file, flags))));

  keyOptions(common(cert.command('renew')))
    .description('issue a certificate of the directory anew, for the same names')
    .argument('[NAME]', 'of the files, without ending', 'server')
    .option('--new-key', 'make a new key too, in place of the old one')
    .addOption(daysOption())
    .action(async (name: string, flags: Flags) => print(await work(() => runRenew(name, flags))));
}

async function runInit(flags: Flags): Promise<string> {
  const made = await initialize(settings(flags), flags.hostname ?? []);
  const target = {
    authorityFile: made.authority.certificate,
    host: made.names[0] ?? 'localhost',
    port: usualPort,
  };
  return [
    `authority: ${made.authority.certificate} (key: ${made.authority.key}, keep it secret)`,
    `server:    ${made.server.certificate} (key: ${made.server.key})`,
    `names:     ${made.names.join(', ')}`,
    '',
    `Clients have to trust the authority once; with another name or port than ${target.host}:${usualPort} change these lines:`,
    formatTrustInstructions(target),
  ].join('\n');
}

async function runIssue(hosts: readonly string[], flags: Flags): Promise<string> {
  const name = fileName(flags.out ?? hosts[0] ?? '');
  const files = await issue({ ...settings(flags), name, days: flags.days }, hosts);
  return `certificate: ${files.certificate}\nkey:         ${files.key}`;
}

async function runRequest(hosts: readonly string[], flags: Flags): Promise<string> {
  const files = await request({ ...settings(flags), name: fileName(flags.out ?? hosts[0] ?? '') }, hosts);
  return `request: ${files.request} (send this to the authority)\nkey:     ${files.key} (keep it secret)`;
}

async function runSign(file: string, flags: Flags): Promise<string> {
  const name = fileName(flags.out ?? basename(file).replace(/\.(csr|req|pem|der)$/i, ''));
  const signed = await signRequest({ ...settings(flags), name, days: flags.days }, file);
  return `certificate: ${signed.certificate}\nnames:       ${signed.names.join(', ')}`;
}

async function runShow(file: string | undefined, flags: Flags): Promise<string> {
  const now = Date.now();
  const usual = [authorityFiles(flags.certs).certificate, serverFiles(flags.certs).certificate];
  const files = file === undefined ? await present(usual) : [file];
  if (files.length === 0) {
    const message = `${flags.certs}: there are no certificates yet. Make them with \`dockgate cert init\`, or name a file.`;
    throw new CommandFailure(message);
  }
  const summaries = [];
  for (const path of files) {
    const { certificates } = parseChain(await read(path), path);
    for (const certificate of certificates) summaries.push({ file: path, ...summarize(certificate, now) });
  }
  if (flags.json === true) return JSON.stringify(summaries, undefined, 2);
  return summaries.map((summary) => `${summary.file}\n${formatSummary(summary)}`).join('\n\n');
}

async function runRenew(name: string, flags: Flags): Promise<string> {
  const { force: _, ...options } = settings(flags);
  const fresh = flags.newKey === true ? options : undefined;
  const files = await renew({ ...options, name: fileName(name), days: flags.days }, fresh);
  const { leaf } = parseChain(await read(files.certificate), files.certificate);
  return `certificate: ${files.certificate}\nuntil:       ${summarize(leaf, Date.now()).notAfter}`;
}

function settings(flags: Flags) {
  const { certs, keyType, rsaBits } = flags;
  return { certs, keyType, rsaBits, force: flags.force ?? false, now: Date.now() };
}

async function work(task: () => Promise<string>): Promise<string> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ExistingFile) {
      const message = `${error.path} exists already, and nothing was changed. --force replaces it.`;
      throw new CommandFailure(message, 1, { cause: error });
    }
    if (!(error instanceof ConfigurationError)) throw error;
    // What has no file came from the command line.
    const exitCode = error.problems.some((problem) => problem.place === undefined) ? 2 : 1;
    throw new CommandFailure(error.message, exitCode, { cause: error });
  }
}

/** The files of `*.example.com` are called `_.example.com`, those of `::1` are called `--1`. */
function fileName(text: string): string {
  const name = text
    .replace(/^\*/, '_')
    .replace(/^\[|\]$/g, '')
    .replaceAll(':', '-')
    .toLowerCase();
  if (name === 'ca') {
    throw new CommandFailure('The name "ca" belongs to the authority. Choose another one with --out.', 2);
  }
  if (!/^[a-z0-9_-][a-z0-9._-]*$/.test(name)) {
    const message = `${JSON.stringify(text)} cannot be the name of a file in the directory. Choose one with --out: letters, digits, dots, hyphens.`;
    throw new CommandFailure(message, 2);
  }
  return name;
}

async function present(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(exists));
  return paths.filter((_, index) => found[index] === true);
}

function common(command: Command): Command {
  const certs = new Option('--certs <DIR>', 'directory of the certificates');
  return command.addOption(certs.env('DOCKGATE_CERTS').default('./certs'));
}

function keyOptions(command: Command): Command {
  const type = new Option('--key-type <TYPE>', 'kind of key; rsa for clients that know nothing newer');
  const bits = new Option('--rsa-bits <BITS>', 'size of an RSA key').choices(['2048', '3072']);
  return command
    .addOption(type.choices(['ecdsa', 'rsa']).default('ecdsa'))
    .addOption(bits.default(2048).argParser(parseBits));
}

function forceOption(): Option {
  return new Option('--force', 'replace files that exist');
}

function outOption(): Option {
  return new Option('--out <NAME>', 'name of the files, without ending (default: the first host)');
}

function daysOption(): Option {
  const days = new Option('--days <N>', `days until the end, at most ${longestServerDays}`);
  return days.default(longestServerDays).argParser(parseDays);
}

function parseDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= longestServerDays) return days;
  throw new InvalidArgumentError(`Clients take 1 to ${longestServerDays} days.`);
}

function parseBits(text: string): RsaBits {
  if (text === '2048') return 2048;
  if (text === '3072') return 3072;
  throw new InvalidArgumentError('Choose 2048 or 3072.');
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
