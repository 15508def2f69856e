import { access } from 'node:fs';
import { isAbsent } from './system-error.js';

/** Tells whether a file or directory is there; errors other than its absence are thrown. */
export function isPresent(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    access(path, (error) => {
      if (error === null) return resolve(true);
      return isAbsent(error) ? resolve(false) : reject(error);
    });
  });
}
