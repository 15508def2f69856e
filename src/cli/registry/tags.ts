import type { Command } from 'commander';
import { Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import { CommandFailure } from '../command-failure.js';
import { inspectImage } from './image.js';
import { JsonList } from './json-list.js';
import { lookahead } from './lookahead.js';
import { parseNamedRepository } from './named.js';
import { type PlaceFlags, placeOptions } from './options.js';
import { printable } from './printable.js';
import { formatBytes } from './size.js';
import type { RegistrySource } from './source.js';
import type { Surroundings } from './surroundings.js';
import { Table } from './table.js';
import { runTask, type Task, withSource } from './task.js';
import { isDamage } from './walk.js';

interface Flags extends PlaceFlags {
  readonly long?: boolean;
}

/** A tag, and where it leads. */
interface ListedTag {
  readonly tag: string;
  /** undefined when the tag leads to nothing whole. */
  readonly digest: string | undefined;
  /** Bytes of everything that the image consists of. */
  readonly size?: number | undefined;
  readonly created?: string | undefined;
  readonly mediaType?: string;
  readonly problem?: string;
}

/** Tags looked at side by side. */
const WIDTH = 8;

/** Adds `dockgate registry tags`. */
export function registerTagsCommand(registry: Command, surroundings: Surroundings): void {
  placeOptions(registry.command('tags'))
    .description('list the tags of a repository, and the digests that they mean')
    .argument('<REPOSITORY>', 'team/app in the data directory, https://HOST[:PORT]/team/app elsewhere')
    .option('--long', 'with size and time of creation')
    .action((name: string, flags: Flags) =>
      runTask(registry, surroundings, flags, (task) => list(task, name, flags.long === true)),
    );
}

async function list(task: Task, name: string, isLong: boolean): Promise<void> {
  const { origin, repository, reference } = parseNamedRepository(name);
  if (reference !== undefined) {
    throw new CommandFailure(
      'Name a repository without a tag or digest; an image is shown by dockgate registry inspect.',
      2,
    );
  }
  await withSource(task, origin, async (source) => {
    const look = (tag: string): Promise<ListedTag> => lookAt(source, repository, tag, isLong);
    const found = lookahead(source.tags(repository), WIDTH, look);
    if (task.flags.json === true) {
      const before = { registry: source.place, repository: repository.name };
      const document = new JsonList(task.write, before, 'tags');
      for await (const tag of found) document.add({ ...tag, digest: tag.digest ?? null });
      document.end();
      return;
    }
    const head = isLong ? ['TAG', 'DIGEST', 'SIZE', 'CREATED'] : ['TAG', 'DIGEST'];
    const table = new Table(task.print, head, isLong ? [2] : []);
    for await (const { tag, digest, size, created, problem } of found) {
      const more = [size === undefined ? '-' : formatBytes(size), printable(created ?? '-')];
      table.add([printable(tag), digest ?? `(${problem})`, ...(isLong ? more : [])]);
    }
    table.flush();
  });
}

async function lookAt(
  source: RegistrySource,
  repository: Repository,
  name: string,
  isLong: boolean,
): Promise<ListedTag> {
  const tag = Tag.read(name);
  if (tag === undefined) return { tag: name, digest: undefined, problem: 'no valid tag' };
  try {
    const digest = await source.resolve(repository, tag);
    if (digest === undefined) return { tag: name, digest, problem: 'leads to nothing' };
    if (!isLong) return { tag: name, digest: digest.toString() };
    const image = await inspectImage(source, repository, digest);
    if (image === undefined) return { tag: name, digest: undefined, problem: 'leads to nothing' };
    const created =
      image.image?.created ?? image.platforms.find(({ image: of }) => of?.created)?.image?.created;
    return { tag: name, digest: image.digest, size: image.totalSize, created, mediaType: image.mediaType };
  } catch (error) {
    if (isDamage(error)) return { tag: name, digest: undefined, problem: 'damaged' };
    throw error;
  }
}
