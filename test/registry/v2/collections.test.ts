import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Handler } from '../../../src/exchange/exchange.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { Collections } from '../../../src/registry/upkeep/collections.js';
import { ask } from '../client.js';
import { type Fixture, pushBlob, pushImage } from '../fixture.js';
import { inFixture, registryOf, workspaceOf } from '../upkeep/collecting.js';
import { ageAll } from '../upkeep/stored-files.js';

const PATH = '/v2/_dockgate/gc';
const TERMS = { grace: 24 * 60 * 60 * 1000, untagged: false, dryRun: false };

interface Cleaned {
  readonly handler: Handler;
  readonly collections: Collections;
}

function cleaned(fixture: Fixture): Cleaned {
  const { store } = fixture;
  const workspace = workspaceOf(fixture);
  const collections = new Collections({ store, workspace, terms: TERMS, uploadTimeout: 60_000 });
  return { collections, handler: createRegistry({ store, collections }) };
}

async function state(handler: Handler): Promise<Record<string, unknown>> {
  const reply = await ask(handler, 'GET', PATH);
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'application/json');
  return JSON.parse(reply.bytes.toString());
}

test('POST starts a clean-up, and GET tells what it did', () =>
  inFixture(async (fixture) => {
    const { handler, collections } = cleaned(fixture);
    assert.deepEqual(await state(handler), { running: false });
    await pushImage(handler, 'app', 'v1');
    const unused = await pushBlob(handler, 'app', 'unused');
    await ageAll(registryOf(fixture));
    const dry = await ask(handler, 'POST', `${PATH}?dry-run=true&grace=5m`);
    assert.equal(dry.status, 202);
    await collections.idle();
    const promised = (await state(handler))['report'] as { removed: object; dryRun: boolean };
    assert.equal(promised.dryRun, true);
    assert.equal((await ask(handler, 'HEAD', `/v2/app/blobs/${unused}`)).status, 200);
    await ageAll(registryOf(fixture));
    const started = await ask(handler, 'POST', `${PATH}?grace=1h&untagged=true`);
    assert.equal(started.status, 202);
    assert.equal(JSON.parse(started.bytes.toString()).running, true);
    await collections.idle();
    const { running, report } = await state(handler);
    assert.equal(running, false);
    const { removed, untagged } = report as { removed: object; untagged: boolean };
    assert.deepEqual(removed, promised.removed);
    assert.equal(untagged, true);
    assert.equal((await ask(handler, 'HEAD', `/v2/app/blobs/${unused}`)).status, 404);
  }));

test('a clean-up that runs already is a conflict, in whatever process it runs', () =>
  inFixture(async (fixture) => {
    const { handler, collections } = cleaned(fixture);
    await pushImage(handler, 'app', 'v1');
    const replies = await Promise.all([ask(handler, 'POST', PATH), ask(handler, 'POST', PATH)]);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [202, 409]);
    await collections.idle();
    await writeFile(join(workspaceOf(fixture), 'running'), '');
    const reply = await ask(handler, 'POST', PATH);
    assert.deepEqual([reply.status, reply.code], [409, 'DENIED']);
  }));

test('what a clean-up cannot be is refused', () =>
  inFixture(async (fixture) => {
    const { handler } = cleaned(fixture);
    for (const query of ['grace=299s', 'grace=1', 'grace=-5h', 'grace=', 'dry-run=yes', 'untagged=1']) {
      assert.equal((await ask(handler, 'POST', `${PATH}?${query}`)).status, 400, query);
    }
    const reply = await ask(handler, 'DELETE', PATH);
    assert.deepEqual([reply.status, reply.headers['allow']], [405, 'GET, HEAD, POST']);
    assert.equal((await ask(fixture.handler, 'GET', PATH)).status, 404);
  }));

test('a clean-up that is stopped goes on in the next process', () =>
  inFixture(async (fixture) => {
    const { handler, collections } = cleaned(fixture);
    await pushImage(handler, 'app', 'v1');
    await collections.start(TERMS);
    await collections.stop();
    await assert.rejects(collections.start(TERMS), { name: 'AbortError' });
    const next = cleaned(fixture);
    await next.collections.start(TERMS);
    await next.collections.idle();
    const { report } = await next.collections.state();
    assert.equal(report?.resumed, true);
  }));
