import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './directory.js';
import { PASSWORD, USER } from './gateway.js';
import { type ProgramResult, runProgram } from './program.js';

/** A directory that holds ca.crt and nothing else, as `--cert-dir` of skopeo and podman want it. */
export function trustDirectory(test: TestContext, ca: string): string {
  const directory = join(temporaryDirectory(test), 'trust');
  mkdirSync(directory);
  writeFileSync(join(directory, 'ca.crt'), ca);
  return directory;
}

/** skopeo, trusting one gateway and logging in as the test user. */
export interface Skopeo {
  /** `docker://HOST:PORT/NAME` */
  image(name: string): string;
  /** Copies to the gateway. */
  push(source: string, name: string): Promise<ProgramResult>;
  /** Copies from the gateway. */
  pull(name: string, destination: string): Promise<ProgramResult>;
  /** Any other subcommand on an image, such as `inspect`. */
  run(command: string, name: string, ...options: readonly string[]): Promise<ProgramResult>;
}

/** @param credentials `USER:PASSWORD`; null for somebody who has none */
export function skopeoFor(
  test: TestContext,
  gateway: { readonly port: number; readonly ca: string },
  credentials: string | null = `${USER}:${PASSWORD}`,
): Skopeo {
  const trust = trustDirectory(test, gateway.ca);
  const image = (name: string): string => `docker://localhost:${gateway.port}/${name}`;
  const login = (side: string): string[] =>
    credentials === null ? [`--${side}no-creds`] : [`--${side}creds`, credentials];
  const run = (...words: readonly string[]): Promise<ProgramResult> =>
    runProgram('skopeo', ['--insecure-policy', ...words]);
  return {
    image,
    push: (source, name) =>
      run('copy', '--preserve-digests', ...login('dest-'), '--dest-cert-dir', trust, source, image(name)),
    pull: (name, destination) =>
      run('copy', '--preserve-digests', ...login('src-'), '--src-cert-dir', trust, image(name), destination),
    run: (command, name, ...options) =>
      run(command, ...login(''), '--cert-dir', trust, ...options, image(name)),
  };
}
