import { join } from 'node:path';
import type { PairFiles } from '../configuration/configuration.js';

/** Where the authority of a certificate directory lives. */
export function authorityFiles(directory: string): PairFiles {
  return pairFiles(directory, 'ca');
}

/** Where the pair that `dockgate serve` shows lives. */
export function serverFiles(directory: string): PairFiles {
  return pairFiles(directory, 'server');
}

/** The pair of that name in a certificate directory. */
export function pairFiles(directory: string, name: string): PairFiles {
  return { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
}

/** The signing request of that name in a certificate directory. */
export function requestFile(directory: string, name: string): string {
  return join(directory, `${name}.csr`);
}
