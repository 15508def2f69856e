import type { Command } from 'commander';
import { Digest } from '../../registry/model/digest.js';
import { Tag } from '../../registry/model/reference.js';
import { CommandFailure } from '../command-failure.js';
import { inspectImage, inspectReferrers } from './image.js';
import { imageLines } from './image-lines.js';
import { parseNamedRepository, written } from './named.js';
import { type PlaceFlags, placeOptions } from './options.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task, withSource } from './task.js';

/** Adds `dockgate registry inspect`. */
export function registerInspectCommand(registry: Command, surroundings: Surroundings): void {
  placeOptions(registry.command('inspect'))
    .description('show what an image or artifact consists of, and what refers to it')
    .argument('<IMAGE>', '[https://HOST[:PORT]/]REPOSITORY[:TAG|@DIGEST]; without a tag: latest')
    .action((name: string, flags: PlaceFlags) =>
      runTask(registry, surroundings, flags, (task) => inspect(task, name)),
    );
}

async function inspect(task: Task, name: string): Promise<void> {
  const { origin, repository, reference = Tag.parse('latest') } = parseNamedRepository(name);
  await withSource(task, origin, async (source) => {
    const image = await inspectImage(source, repository, reference);
    if (image === undefined) {
      const message = `${source.place}: there is no ${written(repository, reference)}; dockgate registry tags shows the tags of a repository`;
      throw new CommandFailure(message);
    }
    const referrers = await inspectReferrers(source, repository, Digest.parse(image.digest));
    const title = written(repository, reference);
    if (task.flags.json === true)
      task.printJson({ registry: source.place, name: title, ...image, referrers });
    else for (const line of imageLines(title, image, referrers)) task.print(line);
  });
}
