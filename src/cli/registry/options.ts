import { type Command, InvalidArgumentError, Option } from 'commander';

/** What every command of `dockgate registry` is told. */
export interface PlaceFlags {
  readonly config?: string;
  readonly data?: string;
  readonly certs?: string;
  readonly user?: string;
  readonly passwordStdin?: boolean;
  readonly ca?: string;
  readonly tokenRealm?: readonly string[];
  readonly json?: boolean;
}

/** Gives a command the options that say where the registry is, and who asks. */
export function placeOptions(command: Command): Command {
  return command
    .option('--data <DIR>', 'directory of a registry on this machine (default: as dockgate serve has it)')
    .option('--config <FILE>', 'configuration file that names the directory')
    .option('--user <NAME>', 'user at a registry named with https://; the password is asked for')
    .option('--password-stdin', 'the password is what comes from the standard input')
    .option('--ca <FILE>', "PEM file with the authorities to trust for the registry instead of the system's")
    .option('--certs <DIR>', 'directory whose ca.crt is trusted too when there is no --ca (default: ./certs)')
    .addOption(
      new Option(
        '--token-realm <HOST[:PORT]>',
        'another host that may see the password to give a token; repeatable',
      ).argParser(addHost),
    )
    .option('--json', 'for programs');
}

/** Gives a command the options of those that remove something. */
export function removalOptions(command: Command): Command {
  return command
    .option('--dry-run', 'show what would go, and remove nothing')
    .option('--yes', 'do not ask before removing');
}

function addHost(text: string, before: readonly string[] | undefined): readonly string[] {
  const url = `https://${text}`;
  if (
    URL.canParse(url) &&
    new URL(url).host === text.toLowerCase().replace(/:443$/, '') &&
    !/[/@?#]/.test(text)
  ) {
    return [...(before ?? []), new URL(url).host];
  }
  throw new InvalidArgumentError('Give a host such as auth.example.com, with its port unless that is 443.');
}
