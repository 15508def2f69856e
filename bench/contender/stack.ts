import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { absence, isInstalled, programs } from '../machine/program.js';
import type { Stage } from '../stage.js';
import { Contender } from './contender.js';
import { startDockerRegistry } from './docker-registry.js';
import { startEmbedded } from './dockgate.js';
import { startNginxBefore } from './nginx.js';
import { verify } from './roster.js';

/** The name of what dockgate with its built-in registry takes the place of. */
export const STACK = 'nginx + docker-registry';
/** The same with nginx's default, which stores a request's body in a file before it passes it on. */
export const BUFFERING_STACK = 'nginx, buffering + docker-registry';

/** The whole stack on one side, one process on the other, over the same stored content. */
export interface Stacks {
  readonly contenders: readonly Contender[];
  /** The data directory of a contender. */
  dataOf(contender: Contender): string;
  /** Ends them and removes their data. */
  stop(): Promise<void>;
}

/**
 * Starts them, each with a copy of its own of what was pushed.
 *
 * @param name of the row. @param push fills a registry that speaks plain http and asks for no password
 * @param path one that has to answer 200
 * @returns undefined when a program that the stack needs is not installed
 */
export async function startStacks(
  stage: Stage,
  name: string,
  push: (origin: string) => Promise<void>,
  path: string,
  buffering = false,
): Promise<Stacks | undefined> {
  const missing = [programs.nginx, programs.dockerRegistry].filter((program) => !isInstalled(program));
  for (const program of missing) stage.miss(absence(program));
  if (missing.length > 0) return undefined;
  const data = join(stage.directory, `${name}-of-docker-registry`);
  const copy = join(stage.directory, `${name}-of-dockgate`);
  const registry = await startDockerRegistry(stage, data);
  const upstream = `http://127.0.0.1:${registry.port}`;
  await push(upstream);
  cpSync(data, copy, { recursive: true });
  const options = { scheme: 'apr1', upstream } as const;
  const stack = new Contender(STACK, [await startNginxBefore(stage, options), registry]);
  const embedded = await startEmbedded(stage, 'apr1', copy);
  const contenders = [stack, embedded];
  if (buffering) {
    const nginx = await startNginxBefore(stage, options, { buffering: true });
    contenders.push(new Contender(BUFFERING_STACK, [nginx, registry]));
  }
  for (const contender of contenders) await verify(stage, contender, path);
  return {
    contenders,
    dataOf: (contender) => (contender === embedded ? copy : data),
    async stop() {
      for (const contender of contenders) await contender.stop(stage);
      for (const directory of [data, copy]) rmSync(directory, { recursive: true, force: true });
    },
  };
}
