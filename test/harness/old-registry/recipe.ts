import type { ArchiveForm, LayerCompression } from './layer-archive.js';
import {
  directory,
  fifo,
  file,
  hardlink,
  type LayerContent,
  opaque,
  symlink,
  whiteout,
} from './layer-content.js';

/** What `_checksum` holds: a list with one checksum, a list with a tarsum before it, or one checksum without a list. */
export type ChecksumForm = 'list' | 'two' | 'bare';

/** How an image is made. */
export interface Recipe {
  /** Name in this file; the id comes from it. */
  readonly name: string;
  /** Name of the parent. */
  readonly parent?: string;
  readonly content: LayerContent;
  readonly compression: LayerCompression;
  readonly form?: Partial<ArchiveForm>;
  readonly checksum?: ChecksumForm;
  /** What made the layer. */
  readonly command: string;
  /** Settings of containers, in the words of the engine. */
  readonly settings?: object;
  readonly author?: string;
  /** Of 16 digits, as the first registries had them. */
  readonly hasShortId?: boolean;
}

const LONG = `usr/share/${'a-directory-with-a-long-name/'.repeat(4)}`;

function longDirectories(): LayerContent {
  const parts = LONG.split('/').slice(0, -1);
  return parts.map((_, index) => directory(parts.slice(0, index + 1).join('/')));
}

/** Images that are whole. Parents come before their children. */
export const RECIPES: readonly Recipe[] = [
  { name: 'scratch', content: [], compression: 'none', command: '' },
  {
    name: 'busybox',
    parent: 'scratch',
    compression: 'gzip',
    checksum: 'two',
    form: { hasDots: true },
    command: '/bin/sh -c #(nop) ADD rootfs.tar in /',
    author: 'Jérôme Petazzoni <jerome@example.com>',
    content: [
      directory('bin'),
      file('bin/busybox', 'the program\n'.repeat(2000), 0o755),
      hardlink('bin/sh', 'bin/busybox'),
      hardlink('bin/ls', 'bin/busybox'),
      file('bin/ping', 'runs as root\n', 0o4755),
      directory('etc'),
      file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
      file('etc/motd', 'welcome\n'),
      file('etc/empty', ''),
      symlink('etc/mtab', '/proc/mounts'),
      directory('root', 0o700),
      directory('tmp', 0o1777),
      directory('var'),
      directory('var/cache'),
      file('var/cache/one', 'one\n'),
      file('var/cache/two', 'two\n'),
    ],
  },
  {
    name: 'web environment',
    parent: 'busybox',
    content: [],
    compression: 'gzip',
    command: '/bin/sh -c #(nop) ENV HOME=/srv',
    settings: { Env: ['HOME=/srv', 'PATH=/bin'] },
  },
  {
    name: 'web files',
    parent: 'web environment',
    compression: 'none',
    command: '/bin/sh -c make-the-site && rm /etc/motd',
    settings: { Env: ['HOME=/srv', 'PATH=/bin'] },
    content: [
      directory('etc'),
      whiteout('etc/motd'),
      directory('srv'),
      file('srv/index.html', '<h1>hello</h1>\n'),
      file('srv/gr\u00fc\u00dfe-\u65e5\u672c.txt', 'unicode\n'),
      symlink('srv/home', 'index.html'),
      directory('var'),
      directory('var/cache'),
      opaque('var/cache'),
      file('var/cache/three', 'three\n'),
    ],
  },
  {
    name: 'web command',
    parent: 'web files',
    content: [],
    compression: 'none',
    command: '/bin/sh -c #(nop) CMD ["/bin/sh","-c","serve"]',
    settings: {
      Env: ['HOME=/srv', 'PATH=/bin'],
      Cmd: ['/bin/sh', '-c', 'serve'],
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      WorkingDir: '/srv',
      User: 'daemon',
    },
  },
  {
    name: 'web second version',
    parent: 'web files',
    compression: 'xz',
    form: { format: 'pax' },
    command: '/bin/sh -c make-the-site-again',
    settings: { Cmd: ['serve'], Entrypoint: ['/bin/sh'] },
    content: [
      directory('srv'),
      file('srv/index.html', '<h1>hello again</h1>\n'),
      file('srv/tool', 'runs as its group\n', 0o2755),
      hardlink('srv/tool-too', 'srv/tool'),
      directory('usr'),
      directory('usr/share'),
      ...longDirectories().slice(2),
      file(`${LONG}na\u00efve.txt`, 'a long name\n'),
      symlink('usr/share/far', `${LONG}na\u00efve.txt`),
    ],
  },
  {
    name: 'database',
    parent: 'busybox',
    compression: 'xz',
    command: '/bin/sh -c install-database',
    content: [
      ...longDirectories(),
      file(`${LONG}readme.txt`, 'a long name\n'),
      directory('var'),
      directory('var/lib'),
      fifo('var/lib/queue', 0o620),
      file('var/lib/table', 'row\n'.repeat(50_000)),
      whiteout('var/cache'),
    ],
  },
  {
    name: 'first',
    content: [directory('opt'), file('opt/tool', 'of 2013\n', 0o755)],
    compression: 'xz',
    checksum: 'bare',
    command: '/bin/sh -c wget tool',
    hasShortId: true,
  },
  {
    name: 'first with notes',
    parent: 'first',
    content: [directory('opt'), file('opt/notes', 'of 2013\n')],
    compression: 'gzip',
    checksum: 'bare',
    command: '/bin/sh -c notes',
  },
];

const small: Pick<Recipe, 'content' | 'compression' | 'command'> = {
  content: [directory('opt'), file('opt/large', 'not so large\n'.repeat(3000))],
  compression: 'gzip',
  command: '/bin/sh -c true',
};

/** Images that are spoilt afterwards: see `damage.ts`. */
export const SPOILT: readonly Recipe[] = [
  { ...small, name: 'flipped', parent: 'busybox' },
  { ...small, name: 'child of flipped', parent: 'flipped', content: [file('child', 'child\n')] },
  { ...small, name: 'flipped plain', parent: 'busybox', compression: 'none' },
  { ...small, name: 'cut short', parent: 'busybox', compression: 'xz' },
  { ...small, name: 'no tar', parent: 'busybox', compression: 'none' },
  { ...small, name: 'no layer', parent: 'busybox' },
  { ...small, name: 'no ancestry', parent: 'busybox' },
  { ...small, name: 'no json', parent: 'busybox' },
  { ...small, name: 'foreign json', parent: 'busybox' },
  { ...small, name: 'lost parent', parent: 'busybox' },
  { ...small, name: 'orphan', parent: 'lost parent', content: [file('orphan', 'orphan\n')] },
  { ...small, name: 'cycle one' },
  { ...small, name: 'cycle two', parent: 'cycle one', content: [file('two', 'two\n')] },
  { ...small, name: 'unfinished', parent: 'busybox' },
];
