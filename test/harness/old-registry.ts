import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Damage, SPOILINGS } from './old-registry/damage.js';
import { makeImage, type OldImage, writeImage } from './old-registry/image.js';
import { RECIPES, type Recipe, SPOILT } from './old-registry/recipe.js';
import {
  DAMAGED_REPOSITORIES,
  REPOSITORIES,
  type RepositoryPlan,
  taggedId,
  writeRepository,
} from './old-registry/repositories.js';

export type { Damage } from './old-registry/damage.js';
export type { OldImage } from './old-registry/image.js';

/** A repository of the old registry. */
export interface OldRepository {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`. */
  readonly path: string;
  /** Its name in the v2 API; undefined when that has none for it. */
  readonly successor: string | undefined;
  /** Ids by tag, in the order of the tags. */
  readonly tags: ReadonlyMap<string, string>;
  readonly isPrivate: boolean;
}

/** A directory in docker-registry's layout, and what is in it. */
export interface OldRegistry {
  readonly directory: string;
  /** In the order of their paths. */
  readonly repositories: readonly OldRepository[];
  /** By id, as they were before they were damaged; parents come before their children. */
  readonly images: ReadonlyMap<string, OldImage>;
  /** What is wrong, by id of the image that it is wrong with. Images above those are as lost. */
  readonly damages: ReadonlyMap<string, Damage>;
  /** The image that a tag names. @param path `namespace/name`. */
  image(path: string, tag: string): OldImage;
  /** The images that are damaged themselves or stand on one that is. */
  readonly lost: ReadonlySet<string>;
}

/** What is left out. */
export interface OldRegistryOptions {
  /** Whether damaged images are there too; true by default. */
  readonly damage?: boolean;
}

function describe(plan: RepositoryPlan, images: ReadonlyMap<string, OldImage>): OldRepository {
  const { namespace, name, isPrivate = false } = plan;
  const path = `${namespace}/${name}`;
  const known = namespace === 'library' ? name : path;
  return {
    namespace,
    name,
    path,
    successor: known === known.toLowerCase() ? known : undefined,
    tags: new Map(
      Object.entries(plan.tags)
        .map(([tag, image]): [string, string] => [tag, taggedId(image, images)])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
    isPrivate,
  };
}

async function writeImages(directory: string, recipes: readonly Recipe[]): Promise<Map<string, OldImage>> {
  const images = new Map<string, OldImage>();
  for (const recipe of recipes) {
    const image = await makeImage(recipe, images.get(recipe.parent ?? ''));
    images.set(recipe.name, image);
    await writeImage(directory, image, recipe);
  }
  return images;
}

async function spoil(directory: string, images: ReadonlyMap<string, OldImage>): Promise<Map<string, Damage>> {
  const damages = new Map<string, Damage>();
  for (const [name, { spoil, ...damage }] of SPOILINGS) {
    const image = images.get(name);
    if (image === undefined) throw new Error(`there is no image ${name} to spoil`);
    await spoil(join(directory, 'images', image.id), image);
    damages.set(image.id, damage);
  }
  return damages;
}

/**
 * Writes a directory as docker-registry (the Python server, up to 0.9) kept it: `images` and `repositories`. Everything
 * is made anew, by the system's tar and xz, and is the same at every time.
 *
 * @param directory what is in it under these two names is removed first.
 */
export async function makeOldRegistry(
  directory: string,
  options: OldRegistryOptions = {},
): Promise<OldRegistry> {
  const { damage = true } = options;
  await rm(join(directory, 'images'), { recursive: true, force: true });
  await rm(join(directory, 'repositories'), { recursive: true, force: true });
  const images = await writeImages(directory, damage ? [...RECIPES, ...SPOILT] : RECIPES);
  const plans = damage ? [...REPOSITORIES, ...DAMAGED_REPOSITORIES] : REPOSITORIES;
  for (const plan of plans) await writeRepository(directory, plan, images);
  const damages = damage ? await spoil(directory, images) : new Map<string, Damage>();
  const byId = new Map([...images.values()].map((image) => [image.id, image]));
  const repositories = plans
    .map((plan) => describe(plan, images))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
  return {
    directory,
    repositories,
    images: byId,
    damages,
    image(path, tag) {
      const id = repositories.find((repository) => repository.path === path)?.tags.get(tag);
      const image = byId.get(id ?? '');
      if (image === undefined) throw new Error(`the old registry has no ${path}:${tag}`);
      return image;
    },
    lost: new Set(
      [...byId.values()].filter(({ ancestry }) => ancestry.some((id) => damages.has(id))).map(({ id }) => id),
    ),
  };
}
