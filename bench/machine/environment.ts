import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { programs, versionOf } from './program.js';

/** On what the numbers were measured. */
export interface Environment {
  readonly date: string;
  readonly dockgate: string;
  readonly kernel: string;
  readonly processor: string;
  readonly processors: number;
  /** Gigabytes. */
  readonly memory: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** @param root directory of the checkout */
export function describeEnvironment(root: string): Environment {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };
  const versions: Record<string, string> = { node: process.versions.node };
  for (const program of Object.values(programs)) {
    const known = versionOf(program);
    if (known !== undefined) versions[program.name] = known;
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    dockgate: version,
    kernel: release(),
    processor: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    memory: Math.round(totalmem() / 1e9),
    versions,
  };
}
