import { join } from 'node:path';
import { temporaryDirectory } from '../../harness/directory.js';
import { USER } from '../../harness/gateway.js';
import { runProgram } from '../../harness/program.js';
import { trustDirectory } from '../../harness/skopeo.js';
import type { OpenClient } from './client.js';

/** skopeo, with the credentials on its command line. */
export const openSkopeo: OpenClient = async (test, { gateway, host, layout }) => {
  const trust = trustDirectory(test, gateway.ca);
  const scratch = temporaryDirectory(test);
  let pulls = 0;
  const run = (...words: readonly string[]) => runProgram('skopeo', ['--insecure-policy', ...words]);
  const credentials = (side: string, password: string | undefined): string[] =>
    password === undefined ? [`--${side}no-creds`] : [`--${side}creds`, `${USER}:${password}`];
  return {
    name: 'skopeo',
    pull: (name, password) => {
      pulls += 1;
      const place = `dir:${join(scratch, String(pulls))}`;
      return run(
        'copy',
        ...credentials('src-', password),
        '--src-cert-dir',
        trust,
        `docker://${host}/${name}`,
        place,
      );
    },
    push: (name, password) =>
      run(
        'copy',
        ...credentials('dest-', password),
        '--dest-cert-dir',
        trust,
        `oci:${layout}:a`,
        `docker://${host}/${name}`,
      ),
    login: (password) =>
      runProgram(
        'skopeo',
        [
          'login',
          '--authfile',
          join(scratch, 'auth.json'),
          '--cert-dir',
          trust,
          '-u',
          USER,
          '--password-stdin',
          host,
        ],
        { input: password },
      ),
    remove: (name, password) =>
      run('delete', ...credentials('', password), '--cert-dir', trust, `docker://${host}/${name}`),
  };
};
