import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { makeEngineImages, SMALL_IMAGE } from '../harness/engine-v1/images.js';
import { namesOf, transcript } from '../harness/engine-v1/transcript.js';
import { ENGINES } from '../harness/engine-v1/version.js';
import { EngineError, type EngineImage, EngineV1, type EngineVersion } from '../harness/engine-v1.js';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';

const VERSIONS = Object.keys(ENGINES) as EngineVersion[];
const CREDENTIALS = { user: USER, password: PASSWORD };

function engineFor(gateway: TestGateway, version: EngineVersion, credentials = CREDENTIALS): EngineV1 {
  return new EngineV1({ version, port: gateway.port, ca: gateway.ca, credentials });
}

function payloadOf({ json, archive }: EngineImage): string {
  const hash = createHash('sha256').update(json).update('\n').update(gzipSync(archive));
  return `sha256:${hash.digest('hex')}`;
}

function pings(version: EngineVersion): string[] {
  const ping =
    version === '1.0.0'
      ? 'GET /v1/_ping (anonymous; as Go) -> 200 true (x-docker-registry-standalone: True)'
      : 'GET /v1/_ping (anonymous) -> 200 true (x-docker-registry-standalone: True)';
  return ENGINES[version].triesV2 ? ['GET /v2/ (anonymous) -> V2', ping] : [ping];
}

/** Engine 1.5 is sent to the v1 API; with which words does not matter. */
function withoutV2(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^(GET \/v2\/ \(anonymous\) -> ).*$/, '$1V2'));
}

async function images(): Promise<readonly [EngineImage, EngineImage, EngineImage]> {
  const [base, middle, top] = await makeEngineImages('small', SMALL_IMAGE);
  if (base === undefined || middle === undefined || top === undefined) throw new Error('three images');
  return [base, middle, top];
}

const JSON_TYPE = 'content-type: application/json';
const MISSING = '404 {"error":"Image not found"}';

function sent(at: number): string[] {
  return [
    `PUT /v1/images/image-${at}/json (Basic; ${JSON_TYPE}) -> 200 true`,
    `PUT /v1/images/image-${at}/layer (Basic; content-type: application/octet-stream; chunked) -> 200 true`,
    `PUT /v1/images/image-${at}/checksum (Basic; both checksums) -> 200 true`,
  ];
}

const lookedUp = (at: number): string => `GET /v1/images/image-${at}/json (Basic) -> ${MISSING}`;

for (const version of VERSIONS) {
  test(`engine ${version} logs in, or is told that it cannot`, async (t) => {
    const gateway = await startTestGateway(t);
    const engine = engineFor(gateway, version);
    assert.equal(await engine.login(USER, PASSWORD), 'Login Succeeded');
    const lines = withoutV2(transcript(engine.exchanges, namesOf(gateway.port, [])));
    const refusal = lines[pings(version).length] ?? '';
    assert.match(
      refusal,
      /^POST \/v1\/users\/ \(anonymous; as Go; content-type: application\/json; charset=utf-8\) -> 401 \{"error":/,
    );
    assert.deepEqual(lines.toSpliced(pings(version).length, 1), [
      ...pings(version),
      'GET /v1/users/ (Basic) -> 200 "OK"',
    ]);
    await assert.rejects(
      engine.login(USER, 'wrong'),
      new EngineError('Wrong login/password, please try again'),
    );
  });

  test(`engine ${version} pushes in the order that it always had`, async (t) => {
    const gateway = await startTestGateway(t);
    const engine = engineFor(gateway, version);
    const [base, middle, top] = await images();
    await engine.push('team/image', new Map([['one', [base, middle, top]]]));
    const names = namesOf(gateway.port, [base, middle, top]);
    const tagged = `PUT /v1/repositories/team/image/tags/one (Basic; ${JSON_TYPE}) -> 200 true`;
    const each = ENGINES[version].looksUpAll
      ? [lookedUp(0), lookedUp(1), lookedUp(2), ...sent(0), ...sent(1), ...sent(2), tagged]
      : [lookedUp(0), ...sent(0), lookedUp(1), ...sent(1), lookedUp(2), ...sent(2), tagged];
    assert.deepEqual(withoutV2(transcript(engine.exchanges, names)), [
      ...pings(version),
      `PUT /v1/repositories/team/image/ (Basic; ${JSON_TYPE}; x-docker-token: true) -> 200 "" (x-docker-endpoints: HOST:PORT; token: repository="team/image",access=write)`,
      ...each,
      `PUT /v1/repositories/team/image/images (Basic; ${JSON_TYPE}; x-docker-token: true; x-docker-endpoints: HOST:PORT) -> 204  (x-docker-endpoints: HOST:PORT; token: repository="team/image",access=write)`,
    ]);
    for (const { sent: headers } of engine.exchanges) {
      if (headers['user-agent']?.startsWith('Go') === true) continue;
      assert.match(String(headers['user-agent']), new RegExp(`^docker/${version.replaceAll('.', '\\.')} `));
    }
  });

  test(`engine ${version} pushes a second time without sending anything again`, async (t) => {
    const gateway = await startTestGateway(t);
    const [base, middle, top] = await images();
    await engineFor(gateway, version).push('team/image', new Map([['one', [base, middle, top]]]));
    const engine = engineFor(gateway, version);
    await engine.push('team/other', new Map([['two', [base, middle, top]]]));
    const methods = engine.exchanges.filter(({ path }) => path.startsWith('/v1/images/'));
    assert.deepEqual(
      methods.map(({ method, status }) => `${method} ${status}`),
      ['GET 200', 'GET 200', 'GET 200'],
    );
  });

  test(`engine ${version} pulls in the order that it always had`, async (t) => {
    const gateway = await startTestGateway(t);
    const [base, middle, top] = await images();
    await engineFor(gateway, version).push('team/image', new Map([['one', [base, middle, top]]]));
    const engine = engineFor(gateway, version);
    const pulled = await engine.pull('team/image', 'one');
    const names = namesOf(gateway.port, [base, middle, top]);
    const each = [base, middle, top].flatMap((image, at) => {
      const size = gzipSync(image.archive).length;
      const path = `/v1/images/image-${at}`;
      return [
        `GET ${path}/json (Basic) -> 200 ${image.json.length} bytes (x-docker-size: ${size}; x-docker-checksum-payload: ${payloadOf(image)})`,
        ...(ENGINES[version].looksFirst ? [`HEAD ${path}/layer (Basic) -> 200  (accept-ranges: bytes)`] : []),
        `GET ${path}/layer (Basic) -> 200 ${size} bytes (accept-ranges: bytes)`,
      ];
    });
    assert.deepEqual(withoutV2(transcript(engine.exchanges, names)), [
      ...pings(version),
      'GET /v1/repositories/team/image/images (Basic; x-docker-token: true) -> 200 [{"id":"image-0"},{"id":"image-1"},{"id":"image-2"}] (x-docker-endpoints: HOST:PORT; token: repository="team/image",access=read)',
      'GET /v1/repositories/team/image/tags (Basic) -> 200 {"one":"image-2"}',
      'GET /v1/images/image-2/ancestry (Basic) -> 200 ["image-2","image-1","image-0"]',
      ...each,
    ]);
    assert.deepEqual([...pulled.images.keys()], [base.id, middle.id, top.id]);
    for (const image of [base, middle, top]) {
      const got = pulled.images.get(image.id);
      assert.ok(got !== undefined, image.id);
      assert.ok(got.json.equals(image.json));
      assert.ok(gunzipSync(got.layer).equals(image.archive));
    }
  });

  test(`engine ${version} goes on with a layer that broke off`, async (t) => {
    const gateway = await startTestGateway(t);
    const [base, middle, top] = await images();
    await engineFor(gateway, version).push('team/image', new Map([['one', [base, middle, top]]]));
    const engine = engineFor(gateway, version);
    const pulled = await engine.pull('team/image', undefined, { breakAfter: 50 });
    for (const image of [base, middle, top]) {
      const got = pulled.images.get(image.id);
      assert.ok(got !== undefined && gunzipSync(got.layer).equals(image.archive));
    }
    const size = gzipSync(base.archive).length;
    const [resumed] = engine.exchanges.filter(({ sent: headers }) => headers['range'] !== undefined);
    assert.equal(resumed?.sent['range'], `bytes=50-${size}`, 'one byte past the end');
    assert.equal(resumed.status, 206);
    assert.equal(resumed.headers['content-range'], `bytes 50-${size - 1}/${size}`);
  });

  test(`engine ${version} takes names of one part for those of the library`, async (t) => {
    const gateway = await startTestGateway(t);
    const [base] = await images();
    const engine = engineFor(gateway, version);
    await engine.push('alone', new Map([['latest', [base]]]));
    await engine.pull('alone', 'latest');
    const paths = engine.exchanges.map(({ path }) => path);
    assert.ok(paths.includes('/v1/repositories/alone/tags/latest'));
    assert.ok(paths.includes('/v1/repositories/library/alone/tags'));
  });

  test(`engine ${version} without a login is refused as a client that can log in`, async (t) => {
    const gateway = await startTestGateway(t);
    const engine = new EngineV1({ version, port: gateway.port, ca: gateway.ca });
    await assert.rejects(
      engine.pull('team/image'),
      new EngineError('Please login prior to pull: team/image'),
    );
    const refused = engine.exchanges.at(-1);
    assert.equal(refused?.sent['authorization'], 'Basic Og==');
    assert.equal(refused.status, 401);
    assert.match(String(refused.headers['www-authenticate']), /Basic realm=/);
    const error: unknown = JSON.parse(refused.body.toString());
    assert.ok(Object.values(error as object).every((value) => typeof value === 'string'));
  });

  test(`engine ${version} uses the tokens of an index when the ping says so`, async (t) => {
    await pushWithTokens(t, version);
  });
}

/** The engine believes the ping alone; a proxy in front may say that the registry is not standalone. */
async function pushWithTokens(t: TestContext, version: EngineVersion): Promise<void> {
  const gateway = await startTestGateway(t);
  const [base, middle, top] = await images();
  const engine = new EngineV1({
    version,
    port: gateway.port,
    ca: gateway.ca,
    credentials: CREDENTIALS,
    standalone: false,
  });
  await engine.push('team/image', new Map([['one', [base, middle, top]]]));
  const pulled = await engine.pull('team/image');
  assert.equal(pulled.images.size, 3);
  const registry = engine.exchanges.filter(({ path }) => path.startsWith('/v1/images/'));
  assert.ok(registry.length > 10);
  assert.ok(registry.every(({ sent: headers }) => headers['authorization']?.startsWith('Token ')));
}
