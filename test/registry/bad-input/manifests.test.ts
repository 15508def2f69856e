import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { startTestGateway } from '../../harness/gateway.js';
import { serve } from '../../harness/served.js';
import { artifactOf, pushBlobTo } from '../interop/artifacts.js';
import { dockgateAt, sha256 } from '../interop/skopeo.js';
import { assertRefused, send, sendWhole, tree } from './stranger.js';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const TYPE = `Content-Type: ${IMAGE}`;
const PUT = 'PUT /v2/team/app/manifests/bad';
/** Bytes that a manifest may have. */
const LIMIT = 4 * 1024 * 1024;
const UNKNOWN = `sha256:${'a'.repeat(64)}`;
const DESCRIPTOR = `{"mediaType":"x","digest":"${UNKNOWN}","size":1}`;

function filled(before: string, piece: string, after: string): string {
  return before + piece.repeat(Math.floor((LIMIT - before.length - after.length) / piece.length)) + after;
}

/** Texts of the greatest size that a manifest may have, each of another kind of work for whoever reads it. */
function bombs(): ReadonlyMap<string, string | Buffer> {
  const keys = Array.from({ length: 250_000 }, (_, index) => `"${index.toString(36)}":1`).join(',');
  const numbers = Array.from({ length: 250_000 }, (_, index) => `"${index * 7919}":1`).join(',');
  return new Map<string, string | Buffer>([
    ['open brackets', filled('', '[', '')],
    ['open braces', filled('', '{"a":', '')],
    ['nested lists', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['flat lists', filled('{"a":[', '[],', '[]]}')],
    ['flat objects', filled('{"a":[', '{},', '{}]}')],
    ['one key again and again', filled('{', '"a":1,', '"a":1}')],
    ['the layers again and again', filled('{', '"layers":[],', '"layers":[]}')],
    ['many keys', `{${keys}}`],
    ['many keys that are numbers', `{${numbers}}`],
    ['__proto__ again and again', filled('{', '"__proto__":{},', '"a":1}')],
    ['a number of 4 MiB', filled('{"schemaVersion":', '9', '}')],
    ['a fraction of 4 MiB', filled('{"schemaVersion":0.', '0', '1}')],
    ['an exponent', '{"schemaVersion":1e999999999999}'],
    ['minus signs', filled('{"schemaVersion":', '-', '}')],
    ['ones', filled('{"schemaVersion":[', '1,', '1]}')],
    ['one text', filled('{"mediaType":"', 'x', '"}')],
    ['escapes', filled('{"mediaType":"', '\\u0000', '"}')],
    ['backslashes', filled('{"mediaType":"', '\\\\', '"}')],
    ['a text that does not end', filled('{"mediaType":"', '\\"', '')],
    ['quotes', filled('', '"', '')],
    ['spaces', filled('', ' ', '')],
    ['line breaks', filled('{', '\n', '}')],
    ['zeros', Buffer.alloc(LIMIT)],
    ['bytes that are not UTF-8', Buffer.alloc(LIMIT, 0xff)],
    ['nothing', ''],
  ]);
}

/** Small texts, each of them no manifest that one could keep. */
const MALFORMED: readonly (readonly [string, string | Buffer])[] = [
  ['no JSON', 'hello'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a text', '"x"'],
  ['an empty object', '{}'],
  ['a byte order mark', `\ufeff{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[]}`],
  ['UTF-16', Buffer.from(`{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[]}`, 'utf16le')],
  ['a byte that is not UTF-8', Buffer.from(`{"schemaVersion":2,"manifests":[],"a":"\xff"}`, 'latin1')],
  ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
  ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['a lone surrogate for a media type', '{"schemaVersion":2,"mediaType":"\\ud800","manifests":[]}'],
  ['two objects', '{"schemaVersion":2,"manifests":[]}{}'],
  ['a comma too many', '{"schemaVersion":2,"manifests":[],}'],
  ['a remark', '{"schemaVersion":2,/* */"manifests":[]}'],
  ['NaN', '{"schemaVersion":NaN,"manifests":[]}'],
  ['version 1', '{"schemaVersion":1,"fsLayers":[]}'],
  ['version 3', `{"schemaVersion":3,"mediaType":"${INDEX}","manifests":[]}`],
  ['two versions', `{"schemaVersion":1,"schemaVersion":2,"mediaType":"${INDEX}","manifests":[]}`],
  ['two lists', `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[],"manifests":[${DESCRIPTOR}]}`],
  [
    'a list in other letters',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[],"Manifests":[${DESCRIPTOR}]}`,
  ],
  ['an image and an index', `{"schemaVersion":2,"manifests":[],"layers":[],"config":${DESCRIPTOR}}`],
  ['an image without a config', `{"schemaVersion":2,"mediaType":"${IMAGE}","layers":[]}`],
  ['a config that is none', `{"schemaVersion":2,"mediaType":"${IMAGE}","config":[],"layers":[]}`],
  [
    'layers that are no list',
    `{"schemaVersion":2,"mediaType":"${IMAGE}","config":${DESCRIPTOR},"layers":{}}`,
  ],
  ['manifests that are no list', `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":{"length":1}}`],
  [
    'a child without a digest',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[{"mediaType":"x","size":1}]}`,
  ],
  [
    'a child of another digest',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[{"mediaType":"x","size":1,"digest":"md5:x"}]}`,
  ],
  [
    'a path for a digest',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[{"mediaType":"x","size":1,"digest":"sha256:../../../x"}]}`,
  ],
  [
    'a negative size',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[${DESCRIPTOR.replace(':1}', ':-1}')}]}`,
  ],
  [
    'half a byte',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[${DESCRIPTOR.replace(':1}', ':1.5}')}]}`,
  ],
  [
    'a size beyond all numbers',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[${DESCRIPTOR.replace(':1}', ':1e400}')}]}`,
  ],
  [
    'a size that doubles cannot hold',
    `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[${DESCRIPTOR.replace(':1}', ':9007199254740993}')}]}`,
  ],
  ['a subject that is none', `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[],"subject":"x"}`],
  ['a web page', '{"schemaVersion":2,"mediaType":"text/html","manifests":[]}'],
  [
    'line breaks for a media type',
    '{"schemaVersion":2,"mediaType":"application/x\\r\\nSet-Cookie: a=b","manifests":[]}',
  ],
];

test('manifests that are none are refused, whatever is wrong with them, and nothing is stored', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const artifact = artifactOf({ content: 'content' });
  for (const content of artifact.blobs) await pushBlobTo(ours, 'team/app', content);
  const before = tree(gateway.data);
  for (const [what, body] of MALFORMED) {
    const type = String(body).includes(IMAGE) ? IMAGE : INDEX;
    for (const header of [`Content-Type: ${type}`, 'X-None: 1'])
      assertRefused(await sendWhole(t, gateway, PUT, body, header), what, '400 MANIFEST_INVALID');
    const byDigest = `PUT /v2/team/app/manifests/${sha256(body)}`;
    assertRefused(
      await sendWhole(t, gateway, byDigest, body, `Content-Type: ${type}`),
      what,
      '400 MANIFEST_INVALID',
    );
  }
  for (const type of [
    'text/html',
    INDEX,
    'application/vnd.docker.distribution.manifest.v1+json',
    '*/*',
    '\u00e9',
  ])
    assertRefused(
      await sendWhole(t, gateway, PUT, artifact.manifest, `Content-Type: ${type}`),
      type,
      '400 MANIFEST_INVALID',
    );

  const missing = artifactOf({ content: 'never sent' });
  const reply = await sendWhole(t, gateway, PUT, missing.manifest, TYPE);
  assertRefused(reply, 'a layer that is not there', '400 MANIFEST_BLOB_UNKNOWN', '404 MANIFEST_BLOB_UNKNOWN');
  // What another repository holds is not there either.
  const elsewhere = 'PUT /v2/team/other/manifests/bad';
  assertRefused(
    await sendWhole(t, gateway, elsewhere, artifact.manifest, TYPE),
    elsewhere,
    '400 MANIFEST_BLOB_UNKNOWN',
  );
  const many = filled(
    `{"schemaVersion":2,"mediaType":"${IMAGE}","config":${DESCRIPTOR},"layers":[`,
    `${DESCRIPTOR},`,
    `${DESCRIPTOR}]}`,
  );
  assertRefused(
    await sendWhole(t, gateway, PUT, many, TYPE),
    'a layer 40,000 times',
    '400 MANIFEST_BLOB_UNKNOWN',
    '400 MANIFEST_INVALID',
  );

  const large = filled(`{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[],"a":"`, 'x', `xxxxxxxx"}`);
  const header = `Content-Type: ${INDEX}`;
  assertRefused(
    await sendWhole(t, gateway, PUT, `${large}${' '.repeat(LIMIT)}`, header),
    'too large',
    '413 SIZE_INVALID',
    '413 MANIFEST_INVALID',
  );
  const chunk = `${(LIMIT + 1).toString(16)}\r\n${' '.repeat(LIMIT + 1)}\r\n0\r\n\r\n`;
  const chunked = await send(t, gateway, PUT, {
    headers: ['Transfer-Encoding: chunked', header],
    body: chunk,
  });
  assertRefused(chunked, 'too large, in chunks', '413 SIZE_INVALID', '413 MANIFEST_INVALID');
  assertRefused(
    await send(t, gateway, PUT, { headers: ['Content-Length: 999999999999999', header], leaves: true }),
    'a petabyte, announced',
    '413 SIZE_INVALID',
  );
  assert.deepEqual(tree(gateway.data), before);
  assert.ok(
    gateway.log.every((line) => Number(line['level']) < 50),
    'the gateway blames nothing on itself',
  );
});

/** Bytes of memory that a process has had at most. */
function peak(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

test('texts that are work for their reader are refused again and again in bounded memory', async (t) => {
  const server = await serve(t, temporaryDirectory(t));
  const data = join(server.directory, 'data');
  const rounds = async (): Promise<void> => {
    const texts = [...bombs()];
    for (let start = 0; start < texts.length; start += 4) {
      const batch = texts.slice(start, start + 4).map(async ([what, body]) => {
        const reply = await sendWhole(t, server, PUT, body, `Content-Type: ${INDEX}`);
        assertRefused(reply, what, '400 MANIFEST_INVALID', '413 SIZE_INVALID');
      });
      await Promise.all(batch);
    }
  };
  await rounds();
  const before = tree(data);
  const first = peak(server.pid);
  for (let round = 0; round < 2; round += 1) await rounds();
  const grown = peak(server.pid) - first;
  t.diagnostic(
    `${Math.round(first / 1e6)} MB at most after one round, ${Math.round(grown / 1e6)} MB more after three`,
  );
  assert.ok(first < 700e6, `${first} bytes`);
  assert.ok(grown < 200e6, `${grown} bytes more`);
  assert.deepEqual(tree(data), before);
  assert.equal((await send(t, server, 'GET /v2/'))?.status, 200);
  assert.equal(server.isOver, false);
});
