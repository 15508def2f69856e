import path from 'node:path';
import { readEnvironment } from './environment.js';
import { readConfigurationFile, readTextFile, UnusableFile } from './file.js';
import type { ConfigurationInput } from './input.js';
import { monitorSettings } from './monitor.js';
import type { Problem } from './problem.js';
import { Reader } from './reader.js';
import type { Source } from './written.js';

const setting = monitorSettings.control;

/** A line of a file that is not YAML, or not yet again. Nothing of it is believed but where a socket may be. */
const LINE = /^control:[ \t]+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'#][^\n]*?))[ \t]*(?:[ \t]#.*)?\r?$/m;

/**
 * The path of the control socket, as far as it can be found out: with a file that is broken the server runs that was started
 * with the one from before, and it is the one to say what is wrong.
 *
 * @returns undefined: there is none
 */
export async function findControlPath(input: ConfigurationInput): Promise<string | undefined> {
  const { environment, directory } = input;
  const problems: Problem[] = [];
  const file = await readConfigurationFile(input, problems);
  const isBroken = problems.length > 0 && file.path !== undefined && !file.source.has(setting.path);
  const source = isBroken && file.path !== undefined ? await searchLine(file.path) : file.source;
  const reader = new Reader([readEnvironment(environment, directory), source], directory, problems);
  return reader.one(setting) || undefined;
}

async function searchLine(file: string): Promise<Source> {
  try {
    const [, double, single, plain] = LINE.exec(await readTextFile(file)) ?? [];
    const text = double ?? single ?? plain;
    if (text === undefined) return new Map();
    const written = { text, subject: setting.path, place: undefined, directory: path.dirname(file) };
    return new Map([[setting.path, [written]]]);
  } catch (error) {
    if (error instanceof UnusableFile) return new Map();
    throw error;
  }
}
