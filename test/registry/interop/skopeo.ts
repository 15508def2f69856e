import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { PASSWORD, type TestGateway, USER } from '../../harness/gateway.js';
import { type ProgramResult, runProgram } from '../../harness/program.js';
import { ask, type SimpleReply, type SimpleRequest } from '../../harness/request.js';
import { trustDirectory } from '../../harness/skopeo.js';

/** A registry that a test compares with another, whatever program it is. */
export interface Registry {
  /** `HOST:PORT` */
  readonly host: string;
  /** What skopeo needs to reach it, as the source (`src-`), the destination (`dest-`), or the only place (empty). */
  words(side: 'src-' | 'dest-' | ''): string[];
  ask(path: string, request?: Omit<SimpleRequest, 'anonymous' | 'agent'>): Promise<SimpleReply>;
}

/** dockgate, over TLS and with the test user's password. */
export function dockgateAt(test: TestContext, gateway: TestGateway): Registry {
  const trust = trustDirectory(test, gateway.ca);
  return {
    host: `localhost:${gateway.port}`,
    words: (side) => [`--${side}creds`, `${USER}:${PASSWORD}`, `--${side}cert-dir`, trust],
    ask: (path, request) => ask(gateway, path, request),
  };
}

/** A registry on plain HTTP that wants no password. */
export function plainAt(host: string): Registry {
  return {
    host,
    words: (side) => [`--${side}tls-verify=false`],
    async ask(path, { method = 'GET', headers = {}, body } = {}): Promise<SimpleReply> {
      const sent = body === undefined || typeof body === 'string' ? body : new Uint8Array(body as Buffer);
      const reply = await fetch(`http://${host}${path}`, {
        method,
        headers: headers as Record<string, string>,
        redirect: 'manual',
        ...(sent === undefined ? {} : { body: sent }),
      });
      const bytes = Buffer.from(await reply.arrayBuffer());
      return {
        status: reply.status,
        headers: Object.fromEntries(reply.headers),
        body: bytes,
        text: bytes.toString(),
      };
    },
  };
}

/** Runs skopeo with these words, however it ends. */
export function skopeo(...words: readonly string[]): Promise<ProgramResult> {
  return runProgram('skopeo', ['--insecure-policy', ...words]);
}

/** What a program printed; fails with all it said when it failed. */
export function succeeded(result: ProgramResult): string {
  assert.equal(result.code, 0, result.stderr + result.stdout);
  return result.stdout;
}

/** Copies into a registry. */
export async function push(
  source: string,
  to: Registry,
  name: string,
  ...more: readonly string[]
): Promise<void> {
  succeeded(await skopeo('copy', ...more, ...to.words('dest-'), source, `docker://${to.host}/${name}`));
}

/** Copies all that a name leads to out of a registry, which skopeo checks digest by digest. */
export async function pull(
  from: Registry,
  name: string,
  target: string,
  ...more: readonly string[]
): Promise<void> {
  const words = ['copy', '--all', '--preserve-digests', ...more, ...from.words('src-')];
  succeeded(await skopeo(...words, `docker://${from.host}/${name}`, target));
}

/** The digest of the manifest's bytes that a registry hands out for a name. */
export async function manifestDigest(from: Registry, name: string): Promise<string> {
  return sha256(
    succeeded(await skopeo('inspect', '--raw', ...from.words(''), `docker://${from.host}/${name}`)),
  );
}

/** `sha256:<hex>` */
export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The repositories of a registry. */
export async function catalog(of: Registry): Promise<string[]> {
  return (JSON.parse((await of.ask('/v2/_catalog')).text) as { repositories: string[] }).repositories;
}

/** The tags of a repository, in an order that does not depend on the registry. */
export async function tags(of: Registry, repository: string): Promise<string[]> {
  const reply = await of.ask(`/v2/${repository}/tags/list`);
  assert.equal(reply.status, 200, reply.text);
  return ((JSON.parse(reply.text) as { tags: string[] | null }).tags ?? []).sort();
}
