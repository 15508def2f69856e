import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { Digest } from '../../src/registry/model/digest.js';
import type { Repository } from '../../src/registry/model/repository.js';
import { Layout } from '../../src/registry/store/filesystem/layout.js';
import { parseRoute, type Route } from '../../src/registry/v2/routes.js';
import { parseTarget } from '../../src/routing/target.js';
import type { FuzzTarget } from './fuzzing.js';
import { orRefused } from './refusal.js';

const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const NAMES = [
  ...['a', 'team/app', 'blobs', 'manifests/tags', 'a/blobs/uploads', 'a__b', 'a--b', 'a.b', 'tags/list', '0'],
  ...[
    'A',
    '_layers',
    'a/_uploads',
    'a..b',
    '.',
    '..',
    '',
    'a___b',
    '-a',
    'a-',
    'a/',
    '/a',
    'a//b',
    '%61',
    '%2561',
  ],
];
const KINDS = [
  '/manifests/',
  '/blobs/',
  '/blobs/uploads/',
  '/blobs/uploads',
  '/tags/list',
  '/referrers/',
  '/',
];
const ENDS = [
  ...[
    'latest',
    '_',
    'A.b-c',
    `sha256:${HEX}`,
    `sha512:${HEX}${HEX}`,
    '3b241101-e2bb-4255-8caf-4136c566a962',
    '',
  ],
  ...[
    '..',
    '.a',
    '-a',
    'a'.repeat(128),
    'a'.repeat(129),
    `sha256:${HEX}0`,
    `sha256:${HEX.toUpperCase()}`,
    'md5:ab',
  ],
  ...[`sha256%3A${HEX}`, 'la%74est', 'a%3ab', 'a%2fb', '%e9', '%00', `sha256:../${HEX}`, 'uploads', 'list'],
];
const PIECES = [...KINDS, ...NAMES, ':', '@', '%2F', '%2e%2e', '\\', '\0', '/../', '__', '-'];

const ROOT = '/data';
const layout = new Layout(ROOT);

/** The grammar of names once more, read character by character. */
function isName(name: string): boolean {
  return (
    name.length <= 255 &&
    name.split('/').every((component) => {
      const isPlain = (character: string | undefined): boolean =>
        character !== undefined &&
        'abcdefghijklmnopqrstuvwxyz0123456789'.includes(character) &&
        character !== '';
      if (!isPlain(component[0]) || !isPlain(component.at(-1))) return false;
      let joint = '';
      for (const character of component) {
        if (isPlain(character)) {
          if (
            joint !== '' &&
            joint !== '.' &&
            joint !== '_' &&
            joint !== '__' &&
            joint !== '-'.repeat(joint.length)
          )
            return false;
          joint = '';
        } else joint += character;
      }
      return true;
    })
  );
}

/** The path of a route, written as a client writes it. */
function written(route: Route): string {
  switch (route.kind) {
    case 'base':
      return '/v2/';
    case 'catalog':
      return '/v2/_catalog';
    case 'collections':
      return '/v2/_dockgate/gc';
    case 'extensions':
      return '/v2/_oci/ext/discover';
    case 'tags':
      return `/v2/${route.repository}/tags/list`;
    case 'manifest':
      return `/v2/${route.repository}/manifests/${route.reference}`;
    case 'referrers':
      return `/v2/${route.repository}/referrers/${route.subject}`;
    case 'blob':
      return `/v2/${route.repository}/blobs/${route.digest}`;
    case 'uploads':
      return `/v2/${route.repository}/blobs/uploads/`;
    case 'upload':
      return `/v2/${route.repository}/blobs/uploads/${route.id}`;
  }
}

function placesOfDigest(repository: Repository, digest: Digest): string[] {
  return [
    layout.blob(digest),
    layout.layerLink(repository, digest),
    layout.revisionLink(repository, digest),
    layout.referrers(repository, digest),
  ];
}

function places(route: Route): string[] {
  if (!('repository' in route)) return [];
  const { repository } = route;
  const own = [layout.layers(repository), layout.manifests(repository), layout.tags(repository)];
  if (route.kind === 'blob') return [...own, ...placesOfDigest(repository, route.digest)];
  if (route.kind === 'referrers') return [...own, ...placesOfDigest(repository, route.subject)];
  if (route.kind === 'upload') return [...own, layout.uploadData(repository, route.id)];
  if (route.kind !== 'manifest') return own;
  const { reference } = route;
  if (reference instanceof Digest) return [...own, ...placesOfDigest(repository, reference)];
  return [...own, layout.currentLink(repository, reference)];
}

/** The parser of the registry's paths (OCI Distribution §Endpoints). */
export const target: FuzzTarget = {
  make(random) {
    if (random.oneIn(20)) {
      const long = `${random.repeated(PIECES)}${random.pick(['', '!', '/'])}`;
      return Buffer.from(`/v2/${long}${random.pick(KINDS)}${random.pick(ENDS)}`);
    }
    const name = random.oneIn(3) ? random.text(PIECES, 4) : random.pick(NAMES);
    const path = random.oneIn(30)
      ? random.pick(['/v2', '/v2/', '/v2/_catalog', '/v2/_dockgate/gc', '/v2/_oci/ext/discover'])
      : `/v2/${name}${random.pick(KINDS)}${random.pick(ENDS)}`;
    return random.oneIn(2) ? random.damaged(Buffer.from(path), PIECES) : Buffer.from(path);
  },
  check(input) {
    const path = input.toString('utf8');
    const route = orRefused(() => parseRoute(path));
    if (route === undefined) return false;
    for (const place of places(route)) {
      assert.equal(resolve(place), place, 'a place is written in one way only');
      assert.ok(place.startsWith(`${ROOT}/docker/registry/`), place);
      assert.ok(!place.includes('\0'));
    }
    if ('repository' in route) assert.ok(isName(route.repository.name), route.repository.name);
    // The same path in plain letters means the same; and so nothing hides behind an encoding.
    const plain = written(route);
    assert.deepEqual(parseRoute(plain), route);
    assert.equal(decodeURIComponent(path).replace(/\/$/, ''), plain.replace(/\/$/, ''));
    // What the gateway lets through to this parser is not changed by the first.
    const seen = orRefused(() => parseTarget(path));
    if (seen !== undefined) assert.deepEqual(parseRoute(seen.path), route);
    return true;
  },
};
