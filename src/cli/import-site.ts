import type { Command } from 'commander';
import { importApache } from '../sites/apache/import.js';
import { importNginx } from '../sites/nginx/import.js';
import type { SiteInput } from '../sites/site-input.js';
import { putOut } from './imported-output.js';

interface SiteFlags {
  readonly output?: string;
  readonly prefix?: string;
  readonly server?: string;
}

const programs = [
  {
    name: 'nginx',
    about: 'make a dockgate.yaml from a site of nginx that passes on to a registry',
    files: 'file of the site, or nginx.conf',
    prefix: 'directory that relative paths in the files are relative to (default: told from where they are)',
    read: importNginx,
  },
  {
    name: 'apache',
    about: 'make a dockgate.yaml from a site of Apache that passes on to a registry',
    files: 'file of the site, or apache2.conf or httpd.conf',
    prefix: 'ServerRoot (default: what the files say, or told from where they are)',
    read: importApache,
  },
] as const;

/** Adds `dockgate import nginx` and `dockgate import apache` to `dockgate import`. */
export function registerSiteImports(group: Command, program: Command, directory: string): void {
  for (const { name, about, files, prefix, read } of programs) {
    group
      .command(name)
      .argument('<FILE...>', files)
      .description(about)
      .option('--server <NAME>', 'name of the server to take, when there are several')
      .option('--prefix <DIR>', prefix)
      .option('--output <FILE>', 'new file to write (default: standard output)')
      .action(async (names: string[], { output, prefix: root, server }: SiteFlags) => {
        const input: SiteInput = { names, directory, prefix: root, server };
        await putOut(await read(input), output, directory, program);
      });
  }
}
