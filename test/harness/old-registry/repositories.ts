import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idOf, type OldImage } from './image.js';

/** What a repository holds. */
export interface RepositoryPlan {
  readonly namespace: string;
  readonly name: string;
  /** Name of an image's recipe by tag. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the recipes whose images its pushes announced; their ancestors are added. Undefined: there is no list. */
  readonly announced?: readonly string[];
  readonly isPrivate?: boolean;
  /** Without the JSON beside the tags, as before 0.6. */
  readonly isOld?: boolean;
}

/** Repositories of whole images. */
export const REPOSITORIES: readonly RepositoryPlan[] = [
  {
    namespace: 'library',
    name: 'busybox',
    tags: { latest: 'busybox', '1.0': 'busybox' },
    announced: ['busybox'],
  },
  { namespace: 'library', name: 'scratch', tags: { latest: 'scratch' }, announced: ['scratch'] },
  {
    namespace: 'vinod1',
    name: 'web',
    tags: {
      base: 'web environment',
      latest: 'web second version',
      v1: 'web command',
      v2: 'web second version',
    },
    announced: ['web command', 'web second version'],
  },
  {
    namespace: 'team-a',
    name: 'database',
    tags: { latest: 'database' },
    announced: ['database'],
    isPrivate: true,
  },
  { namespace: 'team-a', name: 'first', tags: { '2013': 'first with notes', bare: 'first' }, isOld: true },
  {
    namespace: 'my_org',
    name: 'web.tools-2',
    tags: { latest: 'web command' },
    announced: ['web command'],
  },
  // The v2 API has no upper case.
  { namespace: 'Vinod1', name: 'Web', tags: { latest: 'web command' }, announced: ['web command'] },
];

/** Repositories with images that are spoilt, and one that has lost an image altogether. */
export const DAMAGED_REPOSITORIES: readonly RepositoryPlan[] = [
  {
    namespace: 'vinod1',
    name: 'damaged',
    tags: {
      'child-of-flipped': 'child of flipped',
      'cut-short': 'cut short',
      cycle: 'cycle two',
      flipped: 'flipped',
      'flipped-plain': 'flipped plain',
      'foreign-json': 'foreign json',
      gone: 'an image that was never there',
      'no-ancestry': 'no ancestry',
      'no-json': 'no json',
      'no-layer': 'no layer',
      'no-tar': 'no tar',
      orphan: 'orphan',
      whole: 'busybox',
    },
    announced: [],
  },
  { namespace: 'vinod1', name: 'unfinished', tags: {}, announced: ['unfinished'] },
];

const DESCRIPTION = JSON.stringify({
  arch: 'amd64',
  docker_go_version: 'go1.2.1',
  docker_version: '1.0.0',
  kernel: '3.13.0-24-generic',
  last_update: 1_400_000_000,
  os: 'linux',
});

function announcement(plan: RepositoryPlan, images: ReadonlyMap<string, OldImage>): object[] {
  const ids = new Set((plan.announced ?? []).flatMap((name) => images.get(name)?.ancestry ?? []));
  return [...ids].map((id) => {
    const tag = Object.keys(plan.tags).find((known) => images.get(plan.tags[known] ?? '')?.id === id);
    return tag === undefined ? { id } : { id, Tag: tag };
  });
}

/** Id of the image that a tag is meant to name. */
export function taggedId(name: string, images: ReadonlyMap<string, OldImage>): string {
  return images.get(name)?.id ?? idOf(name);
}

/** Writes a repository as the server did. */
export async function writeRepository(
  directory: string,
  plan: RepositoryPlan,
  images: ReadonlyMap<string, OldImage>,
): Promise<void> {
  const folder = join(directory, 'repositories', plan.namespace, plan.name);
  await mkdir(folder, { recursive: true });
  for (const [tag, name] of Object.entries(plan.tags)) {
    await writeFile(join(folder, `tag_${tag}`), taggedId(name, images));
    if (plan.isOld !== true) await writeFile(join(folder, `tag${tag}_json`), DESCRIPTION);
  }
  if (plan.isOld !== true && Object.keys(plan.tags).length > 0)
    await writeFile(join(folder, 'json'), DESCRIPTION);
  if (plan.announced !== undefined) {
    await writeFile(join(folder, '_index_images'), JSON.stringify(announcement(plan, images)));
  }
  if (plan.isPrivate === true) await writeFile(join(folder, '_private'), '');
}
