import { type Command, Option } from 'commander';
import { allSettings } from './settings.js';

/** What the command line said, as commander hands it over. */
export interface Flags {
  readonly config?: string;
  readonly listen?: readonly string[];
  readonly upstream?: string;
  readonly data?: string;
  readonly htpasswd?: string;
  readonly certs?: string;
  readonly cert?: readonly string[];
  readonly key?: readonly string[];
  readonly hostname?: readonly string[];
  readonly grace?: string;
  readonly logLevel?: string;
  readonly insecureHttp?: boolean;
  readonly workers?: string;
  readonly maxRequests?: string;
}

/** The variable that names the configuration file when `--config` does not. */
export const configVariable = 'DOCKGATE_CONFIG';

/** The file that is read when it exists and nobody names another. */
export const defaultFile = 'dockgate.yaml';

/** Gives a command all flags that carry settings; `command.opts<Flags>()` has them then. */
export function addConfigurationOptions(command: Command): Command {
  command.option(
    '--config <FILE>',
    `Configuration file (environment: ${configVariable}; default: ./${defaultFile} if it exists).`,
  );
  for (const setting of allSettings) {
    if (setting.flag === undefined) continue;
    const { fallback } = setting;
    const suffix = fallback.length === 0 ? '' : ` (default: ${fallback.join(', ')})`;
    const repeatable = setting.count === 'many' ? ' Repeatable.' : '';
    const option = new Option(setting.flag.syntax, `${setting.description}${repeatable}${suffix}`);
    if (setting.count === 'many') option.argParser(collect);
    command.addOption(option);
  }
  return command;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
