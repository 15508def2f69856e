import { access } from 'node:fs';
import { codeOf } from './system-error.js';

/** Tells whether a file or directory is there; errors other than its absence are thrown. */
export function isPresent(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    access(path, (error) => {
      if (error === null) return resolve(true);
      const code = codeOf(error);
      return code === 'ENOENT' || code === 'ENOTDIR' ? resolve(false) : reject(error);
    });
  });
}
