import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { codeOf } from './stored-file.js';

/** The error for one thing that is wrong in one file. */
export function fileProblem(file: string, message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ place: { file }, message }], cause === undefined ? {} : { cause });
}

/** Why a file could not be read, and what to do. */
export function unreadable(file: string, error: unknown): ConfigurationError {
  const code = codeOf(error);
  const sentences = new Map([
    ['ENOENT', 'there is no such file. Check the path.'],
    ['ENOTDIR', 'there is no such file. Check the path.'],
    ['EISDIR', 'is a directory, but a PEM file is needed. Name the file in it.'],
    ['EACCES', 'may not be read by the account that dockgate runs under. Change its owner or its mode.'],
  ]);
  const sentence = sentences.get(code ?? '') ?? `cannot be read (${code ?? 'unknown error'}).`;
  return fileProblem(file, sentence, error);
}

/** The problems of an error of the kind above; undefined for any other error. */
export function problemsOf(error: unknown): readonly Problem[] | undefined {
  return error instanceof ConfigurationError ? error.problems : undefined;
}

/** Whole days from `now` to `then`, both in milliseconds since 1970. */
export function daysBetween(now: number, then: number): number {
  return Math.floor((then - now) / 86_400_000);
}

/** `2031-04-01 12:00 UTC`, for sentences. */
export function formatMoment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
