import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashPassword } from '../../src/htpasswd/index.js';
import { ControlClient } from '../../src/monitor/control-client.js';
import { temporaryDirectory } from '../harness/directory.js';
import { PASSWORD, USER } from '../harness/gateway.js';
import { holdSocket, isAlive } from '../harness/socket-holder.js';
import { until } from '../harness/until.js';
import { ask, placeZeros, SlowPull } from './serve-transfers.js';

const MIB = 1024 ** 2;
const LAYER = {
  size: 64 * MIB,
  hash: createHash('sha256')
    .update(Buffer.alloc(64 * MIB))
    .digest('hex'),
};

test('The program is replaced on its socket while a pull goes on at the old one, and nobody is turned away in between.', async (t) => {
  const directory = temporaryDirectory(t);
  placeZeros(directory, 'there', LAYER);
  writeFileSync(
    join(directory, 'dockgate.htpasswd'),
    `${USER}:${await hashPassword(PASSWORD, { cost: 4 })}\n`,
  );
  const socket = join(directory, 'dockgate.sock');
  const control = new ControlClient(socket);
  const ready = (): Promise<boolean> =>
    existsSync(socket)
      ? control.status().then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);
  const holder = await holdSocket(t, directory);
  const words = 'serve --workers 1 --hostname localhost';

  const old = await holder.start(words);
  await until(ready, 'the old one is ready');
  const [worker] = (await control.status()).workers ?? [];
  const place = { port: holder.port, ca: readFileSync(join(directory, 'certs', 'ca.crt'), 'utf8') };
  const pull = await SlowPull.start(place, 'there', LAYER);
  await pull.upTo(MIB);

  process.kill(old, 'SIGTERM');
  await until(() => !isAlive(old), 'the old one ends, although a pull is under way');
  const between = ask(place, 'GET', '/v2/');
  await holder.start(words);
  assert.equal((await between).statusCode, 200, 'who came in between was only kept waiting');
  await until(ready, 'the new one is ready');
  assert.equal((await ask(place, 'GET', '/v2/')).statusCode, 200);
  assert.ok(worker !== undefined && isAlive(worker.pid), 'the old worker still runs');
  assert.equal(await pull.finish(), LAYER.hash);
  await until(() => !isAlive(worker.pid), 'the old worker ends with its last transfer');
});
