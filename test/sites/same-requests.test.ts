import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../harness/free-port.js';
import { requireProgram } from '../harness/program.js';
import { type Answer, startRecorder } from '../harness/recorder.js';
import * as apacheSites from './apache-sites.js';
import { differenceOf, documentedDifferences } from './differences.js';
import { runImport, startImported } from './imported-gateway.js';
import type { SitePlace } from './nginx-sites.js';
import * as nginxSites from './nginx-sites.js';
import {
  apacheProgram,
  nginxSurroundings,
  siteDirectory,
  startApacheWith,
  startNginxWith,
} from './other-servers.js';
import { seeAll } from './site-door.js';
import { requestText, siteRequests } from './site-requests.js';

/** Addresses beside 127.0.0.1. */
const one: readonly string[] = [];
const three = ['127.0.0.2', '127.0.0.3'];

type Program = 'nginx' | 'apache';

const sites: readonly (readonly [Program, string, (place: SitePlace) => string, readonly string[]])[] = [
  ['nginx', 'the site of the handbook', nginxSites.classic, one],
  ['nginx', 'the site that docker-registry came with', nginxSites.contributed, one],
  ['nginx', 'the recipe of distribution', nginxSites.published, one],
  ['nginx', 'networks that need no password', nginxSites.satisfyAny, three],
  ['nginx', 'reading for everybody', nginxSites.publicReading, one],
  ['nginx', 'writing from one address', nginxSites.readOnly, three],
  ['nginx', 'several servers', nginxSites.balanced, one],
  ['nginx', 'a grammar that nobody writes', nginxSites.nasty, one],
  ['apache', 'the recipe of distribution', apacheSites.published, one],
  ['apache', 'requirements by path', apacheSites.required, three],
  ['apache', 'the words of Apache 2.2', apacheSites.old, three],
];

const programs = {
  nginx: requireProgram('nginx', 'nginx-light'),
  apache: requireProgram(apacheProgram, 'apache2-bin'),
};
const found = new Set<string>();

async function startOther(
  t: TestContext,
  program: Program,
  make: (place: SitePlace) => string,
  place: SitePlace,
): Promise<void> {
  const { directory, port } = place;
  if (program === 'apache') {
    await startApacheWith(t, directory, make(place), port);
    return;
  }
  const { top, within } = nginxSurroundings(directory);
  writeFileSync(join(directory, 'site.conf'), make(place));
  writeFileSync(join(directory, 'docker-registry.conf'), nginxSites.contributedInclude);
  const whole =
    make === nginxSites.published
      ? nginxSites.published(place, top, within)
      : `${top} events {} http { ${within} include site.conf; }`;
  await startNginxWith(t, directory, whole, port);
}

/** A registry in which there is nothing but what is asked for. */
const answer: Answer = (request, response, recorded) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    recorded.body = Buffer.concat(chunks);
    response.setHeader('content-type', 'application/json');
    response.end('{"repositories":[],"results":[],"num_results":0,"query":""}');
  });
};

for (const [program, name, make, sources] of sites) {
  const title = `${program} with ${name} and dockgate with what was imported from it let the same requests through`;
  test(title, programs[program], async (t) => {
    const directory = siteDirectory(t);
    const behind = await Promise.all([1, 2, 3, 4].map(() => startRecorder(t, answer)));
    const ports = behind.map(({ port }) => port);
    const place = (first: number, second: number, port: number): SitePlace => ({
      port,
      registry: [ports[first] ?? 0, ports[second] ?? 0],
      directory,
    });
    const port = await freePort();
    await startOther(t, program, make, place(0, 1, port));
    const name = 'imported.conf';
    writeFileSync(join(directory, name), make(place(2, 3, port)));
    const { stdout } = await runImport(directory, [program, name]);
    const gateway = await startImported(t, directory, stdout);
    const ca = readFileSync(join(directory, 'server.crt'), 'utf8');
    const requests = siteRequests(program === 'apache' ? ['reader', 'writer'] : ['reader'], sources);
    const [there, here] = await Promise.all([
      seeAll({ port, ca, registry: behind.slice(0, 2) }, requests),
      seeAll({ port: gateway, ca, registry: behind.slice(2) }, requests),
    ]);
    const unknown: string[] = [];
    const documented = documentedDifferences();
    for (const [index, request] of requests.entries()) {
      const [other, dockgate] = [there[index], here[index]];
      assert.ok(other !== undefined && dockgate !== undefined);
      const difference = differenceOf(request, other, dockgate);
      if (difference === undefined) continue;
      found.add(difference);
      if (!documented.has(difference)) {
        unknown.push(`${requestText(request)}: ${other.status}, dockgate ${dockgate.status}: ${difference}`);
      }
    }
    assert.deepEqual(unknown, [], stdout);
    assert.ok(
      there.some(({ reached }) => reached !== undefined),
      'something reached the registry',
    );
  });
}

test('every documented difference from an imported site is one that was seen', {
  ...programs.nginx,
  ...programs.apache,
}, () => {
  assert.deepEqual(
    [...documentedDifferences()].filter((row) => !found.has(row)),
    [],
  );
});
