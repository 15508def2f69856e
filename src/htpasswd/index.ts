export { type Expectation, expectUser, removeUser, setUser } from './edit.js';
export { type Entry, type PasswordHash, parseHash } from './entry.js';
export { type FileContent, readContent } from './file-content.js';
export { withLock } from './file-lock.js';
export { replaceFile, writeTarget } from './file-replacement.js';
export { FileWatch, type WatchTimes } from './file-watch.js';
export { HtpasswdFile, type HtpasswdFileOptions } from './htpasswd-file.js';
export type { HashAlgorithm } from './job.js';
export { isRemark, type Line, lines } from './lines.js';
export { type ParsedFile, parseHtpasswd } from './parse.js';
export { HtpasswdError, type HtpasswdErrorCode, HtpasswdFileError, type HtpasswdProblem } from './problem.js';
export { type Cost, type SchemeName, UnusableHash } from './scheme/scheme.js';
export { nameFault } from './user-name.js';
export { closeSharedPool, type HashOptions, hashPassword, verifyPassword } from './verification.js';
export {
  VerificationOverloaded,
  VerificationPool,
  type VerificationPoolOptions,
} from './verification-pool.js';
