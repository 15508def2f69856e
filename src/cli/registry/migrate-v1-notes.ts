import type { DamagedTag, MigrationTotals } from '../../registry/bridge/migration.js';
import { printable } from './printable.js';
import { formatBytes } from './size.js';
import type { Task } from './task.js';

/** Entries of each list that the JSON of a migration holds. */
const MOST = 10_000;

/** Where a migration went from and to. */
export interface MigrationPlace {
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
}

/** Prints what a migration finds as it goes, or gathers it for the JSON of its end. */
export class MigrationNotes {
  readonly #task: Task;
  readonly #isJson: boolean;
  readonly #damaged: DamagedTag[] = [];
  readonly #skipped: string[] = [];
  readonly #kept: string[] = [];

  constructor(task: Task) {
    this.#task = task;
    this.#isJson = task.flags.json === true;
  }

  damaged(tag: DamagedTag): void {
    const { repository, tag: name, image, reason } = tag;
    this.#note(this.#damaged, tag, `damaged ${repository}:${name}: the image ${image} ${reason}`);
  }

  skipped(name: string): void {
    this.#note(this.#skipped, name, `skipped ${name}: clients of today have no name for it`);
  }

  kept(name: string): void {
    this.#note(this.#kept, name, `kept ${name} as it is: another image was pushed under it`);
  }

  /** Prints what it came to. */
  end(place: MigrationPlace, totals: MigrationTotals): void {
    if (this.#isJson) {
      this.#task.printJson({
        ...place,
        totals,
        damaged: this.#damaged,
        skipped: this.#skipped,
        kept: this.#kept,
      });
      return;
    }
    const { repositories, tags, migrated, present, kept, damaged, skipped, bytes } = totals;
    this.#task.print(
      `looked at ${repositories} repositories with ${tags} tags, and read ${formatBytes(bytes)} of layers`,
    );
    this.#task.print(
      `${place.dryRun ? 'would migrate' : 'migrated'} ${migrated}, ${present} were there before, ${kept} kept, ${damaged} damaged, ${skipped} skipped`,
    );
  }

  #note<Entry>(list: Entry[], entry: Entry, line: string): void {
    if (!this.#isJson) this.#task.print(printable(line));
    else if (list.length < MOST) list.push(entry);
  }
}
