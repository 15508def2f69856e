import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import type { Configuration } from '../../src/configuration/configuration.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { formatProblem } from '../../src/configuration/problem.js';
import { importApache } from '../../src/sites/apache/import.js';
import { importNginx } from '../../src/sites/nginx/import.js';
import { temporaryDirectory } from '../harness/directory.js';

/** What became of a site. */
export interface Tried {
  readonly text: string;
  /** The file as a value; undefined: none was made. */
  readonly value: Record<string, unknown> | undefined;
  readonly problems: readonly string[];
  /** What dockgate makes of it; undefined: none was made. */
  readonly configuration: Configuration | undefined;
  readonly directory: string;
}

/** Imports `site.conf`, with other files beside it. */
export async function tryImport(
  test: TestContext,
  program: 'nginx' | 'apache',
  site: string,
  others: Readonly<Record<string, string>> = {},
  server?: string,
): Promise<Tried> {
  const directory = temporaryDirectory(test);
  for (const [name, text] of Object.entries({ ...others, 'site.conf': site })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const read = program === 'nginx' ? importNginx : importApache;
  const { text, problems } = await read({ names: ['site.conf'], directory, prefix: directory, server });
  const said = problems.map(formatProblem);
  if (text === undefined)
    return { text: '', value: undefined, problems: said, configuration: undefined, directory };
  writeFileSync(join(directory, 'dockgate.yaml'), text);
  const configuration = await loadConfiguration({ flags: {}, environment: {}, directory });
  return { text, value: parse(text) as Record<string, unknown>, problems: said, configuration, directory };
}

/** A site of nginx in front of a registry. @param more directives of the server. @param location of the location `/` */
export function nginxSite(more: string, location = 'auth_basic x; auth_basic_user_file users;'): string {
  return `server { listen 443 ssl; server_name r.example; ssl_certificate c.pem; ssl_certificate_key c.key;
proxy_set_header Host $http_host; proxy_set_header Authorization "";
${more}
location / { ${location} proxy_pass http://127.0.0.1:5000; }
}
`;
}
