import assert from 'node:assert/strict';
import { type Manifest, mediaTypeOf, parseManifest } from '../../src/registry/model/manifest.js';
import type { FuzzTarget } from './fuzzing.js';
import { isPlainObject, type PlainJson, type PlainObject, readPlainJson } from './plain-json.js';
import type { Random } from './random.js';
import { orRefused } from './refusal.js';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const DIGESTS = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`);
const TYPES = [
  ...[
    IMAGE,
    INDEX,
    IMAGE,
    INDEX,
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/x',
    '',
  ],
  ...[
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'text/html',
    `${IMAGE};a=b`,
    IMAGE.toUpperCase(),
  ],
];
const LAYER_TYPES = [
  ...['application/vnd.oci.image.layer.v1.tar+gzip', 'application/vnd.oci.empty.v1+json', 'x'],
  ...[
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
  ],
];
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    '\\u0064',
    'null',
    'true',
    '1e999',
    '-0',
    '2',
    '1.5',
  ],
  ...[
    '"layers"',
    '"Layers"',
    '"layer\u017f"',
    '"config"',
    '"CONFIG"',
    '"manifests"',
    '"subject"',
    '"mediaType"',
    '"digest"',
  ],
  ...[
    '"Digest"',
    '"__proto__"',
    '"urls"',
    '"blobs"',
    '"blob\\u0073"',
    '\ufeff',
    '\u2028',
    '9'.repeat(400),
    '"fsLayers"',
  ],
];

/** The same name in other letters, or in other words for the same letters. */
function disguised(random: Random, name: string): string {
  if (!random.oneIn(12)) return JSON.stringify(name);
  const changes = [
    name.toUpperCase(),
    `${name[0]?.toUpperCase()}${name.slice(1)}`,
    name.replaceAll('s', '\u017f'),
    name.replaceAll('k', '\u212a'),
  ];
  if (random.oneIn(3)) return `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`;
  return JSON.stringify(random.pick(changes));
}

function object(random: Random, fields: readonly (readonly [string, () => string])[]): string {
  const made: string[] = [];
  for (const [name, value] of fields) {
    if (random.oneIn(30)) continue;
    made.push(`${disguised(random, name)}:${value()}`);
    if (random.oneIn(30)) made.push(`${disguised(random, name)}:${value()}`);
  }
  if (random.oneIn(4))
    made.push(`"other":${random.pick(['{"a":1,"A":2}', '[[],{}]', '"x"', '1e400', '"\\ud800"'])}`);
  return `{${made.join(',')}}`;
}

function descriptor(random: Random, types: readonly string[]): string {
  if (random.oneIn(30)) return random.pick(['null', '{}', '[]', '1', '"x"']);
  return object(random, [
    ['mediaType', () => JSON.stringify(random.pick(types))],
    ['digest', () => JSON.stringify(random.oneIn(40) ? 'sha256:00' : random.pick(DIGESTS))],
    [
      'size',
      () =>
        random.pick(['1', '0', '12', '2', random.oneIn(10) ? '-1' : '3', random.oneIn(10) ? '1e400' : '4']),
    ],
    ...(random.oneIn(6) ? [['urls', () => random.pick(['[]', '["https://x"]', 'null'])] as const] : []),
    ...(random.oneIn(6)
      ? [['annotations', () => random.pick(['{"a":"b","A":"c"}', '{}', '{"a":"b","a":"c"}'])] as const]
      : []),
  ]);
}

function list(random: Random, types: readonly string[]): string {
  return `[${Array.from({ length: random.below(4) }, () => descriptor(random, types)).join(',')}]`;
}

function manifest(random: Random): string {
  const isIndex = random.oneIn(3);
  const mediaType = random.oneIn(4) ? random.pick(TYPES) : isIndex ? INDEX : IMAGE;
  const body = isIndex
    ? ([['manifests', () => list(random, TYPES)]] as const)
    : ([
        ['config', () => descriptor(random, LAYER_TYPES)],
        ['layers', () => (random.oneIn(20) ? 'null' : list(random, LAYER_TYPES))],
      ] as const);
  return object(random, [
    ['schemaVersion', () => (random.oneIn(20) ? random.pick(['1', '"2"', '2.0', '3']) : '2')],
    ...(random.oneIn(5) ? [] : [['mediaType', () => JSON.stringify(mediaType)] as const]),
    ...body,
    ...(random.oneIn(20) ? [['blobs', () => list(random, LAYER_TYPES)] as const] : []),
    ...(random.oneIn(3)
      ? [['subject', () => (random.oneIn(4) ? 'null' : descriptor(random, TYPES))] as const]
      : []),
    ...(random.oneIn(4)
      ? [['artifactType', () => random.pick(['"application/x"', '""', 'null'])] as const]
      : []),
    ...(random.oneIn(4)
      ? [['annotations', () => random.pick(['{"a":"b","A":"c"}', '{"__proto__":"x"}', '[]'])] as const]
      : []),
  ]);
}

/** One way of finding a field in an object whose names are not unique. */
type Find = (object: PlainObject, name: string) => PlainJson | undefined;

function folded(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}

const exactly: Find = ({ fields }, name) => fields.findLast(([key]) => key === name)?.[1];

/** What programs of several makers find: the first field of a name, the last, and the last without regard to case. */
const READERS: readonly Find[] = [
  ({ fields }, name) => fields.find(([key]) => key === name)?.[1],
  exactly,
  ({ fields }, name) => fields.findLast(([key]) => folded(key) === folded(name))?.[1],
];

function digestsIn(find: Find, value: PlainJson | undefined, isBlob: boolean): string[] {
  return (Array.isArray(value) ? (value as readonly PlainJson[]) : []).flatMap((item) => {
    if (!isPlainObject(item)) throw new Error('an accepted manifest has a descriptor that is no object');
    // Addresses only excuse a layer from being there, so a reader that sees more of them is the milder one.
    const urls = exactly(item, 'urls');
    const mediaType = String(find(item, 'mediaType'));
    const isForeign =
      (Array.isArray(urls) && urls.length > 0) ||
      mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.') ||
      mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.');
    return isBlob && isForeign ? [] : [String(find(item, 'digest'))];
  });
}

function meaning(find: Find, value: PlainObject): object {
  const config = find(value, 'config');
  const subject = find(value, 'subject');
  return {
    blobs: [
      ...(isPlainObject(config) ? [String(find(config, 'digest'))] : []),
      ...digestsIn(find, find(value, 'layers'), true),
      ...digestsIn(find, find(value, 'blobs'), true),
    ],
    children: digestsIn(find, find(value, 'manifests'), false),
    subject: isPlainObject(subject) ? String(find(subject, 'digest')) : undefined,
  };
}

function check(parsed: Manifest, input: Buffer): void {
  const text = input.toString('utf8');
  assert.ok(Buffer.from(text).equals(input), 'the manifest is UTF-8');
  const value = readPlainJson(text);
  if (!isPlainObject(value)) throw new Error('an accepted manifest is no object');
  const names = ({ digest }: { readonly digest: unknown }): string => String(digest);
  const seen = {
    blobs: parsed.blobs.map(names),
    children: parsed.children.map(names),
    subject: parsed.subject === undefined ? undefined : names(parsed.subject),
  };
  for (const find of READERS) assert.deepEqual(seen, meaning(find, value));
  assert.match(parsed.mediaType, /^application\/[A-Za-z0-9.+_-]+$/);
  assert.equal(mediaTypeOf(input), parsed.mediaType, 'what is stored is served under the type it came with');
  const isImage = READERS.some(
    (find) => find(value, 'layers') !== undefined || find(value, 'config') !== undefined,
  );
  assert.ok(!(isImage && parsed.children.length > 0), 'an image and an index in one');
  for (const { size, mediaType } of [...parsed.blobs, ...parsed.children]) {
    assert.ok(Number.isSafeInteger(size) && size >= 0);
    assert.notEqual(mediaType, '');
  }
  assert.deepEqual(parseManifest(input, parsed.mediaType.toLowerCase()), parsed);
}

/** The parser of manifests (OCI end-7), compared with three other ways of reading the same bytes. */
export const target: FuzzTarget = {
  make(random) {
    if (random.oneIn(40)) {
      const [before, after] = random.pick([
        ['', ''],
        ['{"a":', '}'],
        ['{"layers":[', ']}'],
        ['{"mediaType":"', '"}'],
      ] as const);
      return Buffer.from(`${before}${random.repeated(PIECES)}${after}`);
    }
    const bytes = Buffer.from(manifest(random));
    return random.oneIn(2) ? bytes : random.damaged(bytes, PIECES);
  },
  check(input) {
    const parsed = orRefused(() => parseManifest(input, ''));
    if (parsed === undefined) {
      assert.match(mediaTypeOf(input), /^application\//);
      return false;
    }
    check(parsed, input);
    return true;
  },
};
