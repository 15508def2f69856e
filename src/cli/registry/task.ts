import type { Command } from 'commander';
import { StorageFull, StoredContentDamaged } from '../../registry/store/failure.js';
import { RemoteFailure } from '../../remote/failure.js';
import { CommandFailure } from '../command-failure.js';
import { Progress } from '../progress.js';
import { openDirectory } from './directory-source.js';
import { directoryConfiguration, openRemote } from './opening.js';
import type { PlaceFlags } from './options.js';
import { printable, printableJson } from './printable.js';
import { RemoteSource } from './remote-source.js';
import { type RegistrySource, UnknownRepository } from './source.js';
import type { Surroundings } from './surroundings.js';

/** What a command has at hand while it works. */
export interface Task {
  readonly flags: PlaceFlags;
  readonly surroundings: Surroundings;
  /** Aborted when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Writes to the standard output as it is. */
  write(text: string): void;
  /** Prints a line for people, on which progress makes way. */
  print(line: string): void;
  printJson(value: unknown): void;
  /** Writes to the standard error output. */
  show(text: string): void;
}

/** Runs a command's work: Ctrl-C ends it, and what goes wrong becomes a sentence that is harmless to a terminal. */
export async function runTask(
  program: Command,
  surroundings: Surroundings,
  flags: PlaceFlags,
  work: (task: Task) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  let stopped: string | undefined;
  const ignore = surroundings.onInterrupt((sentence) => {
    stopped ??= sentence;
    controller.abort();
  });
  const progress = new Progress(flags.json === true ? undefined : surroundings.screen);
  const write = (text: string): void => {
    signal.throwIfAborted();
    progress.clear();
    program.configureOutput().writeOut?.(text);
  };
  const show = (text: string): void => {
    progress.clear();
    program.configureOutput().writeErr?.(text);
  };
  try {
    await work({
      flags,
      surroundings,
      signal,
      progress,
      write,
      show,
      print: (line) => write(`${line}\n`),
      printJson: (value) => write(`${printableJson(value, 2)}\n`),
    });
    // A write that fails says so a moment later.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  } catch (error) {
    if (error instanceof CommandFailure || stopped === undefined) throw asSentence(error);
    throw new CommandFailure(stopped, 1, { cause: error });
  } finally {
    progress.clear();
    ignore();
  }
}

/** Works on the registry that is named, and closes it afterwards. @param origin undefined: the data directory. */
export async function withSource(
  task: Task,
  origin: URL | undefined,
  work: (source: RegistrySource) => Promise<void>,
): Promise<void> {
  const source =
    origin === undefined
      ? await openDirectory(await directoryConfiguration(task))
      : new RemoteSource(await openRemote(origin, task));
  try {
    await work(source);
  } finally {
    await source.close();
  }
}

const SYSTEM = /^E[A-Z]+$/;

function asSentence(error: unknown): unknown {
  if (error instanceof RemoteFailure || error instanceof UnknownRepository) return failure(error);
  if (error instanceof StoredContentDamaged || error instanceof StorageFull) return failure(error);
  // A read-only directory or a failing disk: the system's own words name the path.
  if (error instanceof Error && 'code' in error && SYSTEM.test(String(error.code))) return failure(error);
  return error;
}

function failure(error: Error): CommandFailure {
  return new CommandFailure(printable(error.message), 1, { cause: error });
}
