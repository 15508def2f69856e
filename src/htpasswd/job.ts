import type { PasswordHash } from './entry.js';
import { hashBcrypt } from './scheme/bcrypt.js';
import { hashApr1 } from './scheme/md5-crypt.js';
import type { Cost } from './scheme/scheme.js';
import { schemeOf } from './scheme/schemes.js';
import { sha256Crypt, sha512Crypt } from './scheme/sha-crypt.js';

/** The schemes that new hashes can have. */
export type HashAlgorithm = 'bcrypt' | 'sha512' | 'sha256' | 'apr1';

/** Something a verification thread can be asked. Plain data: it crosses a thread's border. */
export type Job =
  | { readonly kind: 'verify'; readonly hash: PasswordHash; readonly password: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'hash';
      readonly algorithm: HashAlgorithm;
      readonly cost: Cost;
      readonly password: Uint8Array<ArrayBuffer>;
    };

/** A verdict, or the text of a new hash. */
export type JobResult = boolean | string;

/** What comes back over the border. */
export type Answer = { readonly result: JobResult } | { readonly failure: string };

/** Does a job on the calling thread. */
export function runJob(job: Job): JobResult {
  if (job.kind === 'verify') return schemeOf(job.hash.scheme).verify(job.hash.text, job.password);
  switch (job.algorithm) {
    case 'bcrypt':
      return hashBcrypt(job.password, job.cost);
    case 'sha512':
      return sha512Crypt.hash(job.password, job.cost);
    case 'sha256':
      return sha256Crypt.hash(job.password, job.cost);
    case 'apr1':
      return hashApr1(job.password);
  }
}
