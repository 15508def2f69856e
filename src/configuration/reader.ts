import type { Problem } from './problem.js';
import type { ListSetting, OptionalSetting, RequiredSetting } from './setting.js';
import type { Source, Written } from './written.js';

type AnySetting<Value> = RequiredSetting<Value> | OptionalSetting<Value> | ListSetting<Value>;

/**
 * Takes each setting from the first source that has it, and notes what is wrong in any of them:
 * a broken line in the file stays broken although a flag beats it today.
 */
export class Reader {
  readonly problems: Problem[];
  readonly #sources: readonly Source[];
  readonly #directory: string;

  /** @param sources The strongest first. */
  constructor(sources: readonly Source[], directory: string, problems: Problem[]) {
    this.#sources = sources;
    this.#directory = directory;
    this.problems = problems;
  }

  one<Value>(setting: RequiredSetting<Value>): Value {
    const [value] = this.#read(setting);
    if (value === undefined) throw new TypeError(`The default of ${setting.path} is not valid.`);
    return value;
  }

  optional<Value>(setting: OptionalSetting<Value>): Value | undefined {
    return this.#read(setting)[0];
  }

  many<Value>(setting: ListSetting<Value>): readonly Value[] {
    return this.#read(setting);
  }

  /** What was written for the setting in every source, the strongest first. */
  written(setting: AnySetting<unknown>): readonly (readonly Written[])[] {
    return this.#sources.map((source) => source.get(setting.path) ?? []);
  }

  note(written: Written, complaint: string): void {
    this.problems.push({ place: written.place, message: `${written.subject} ${complaint}` });
  }

  #read<Value>(setting: AnySetting<Value>): readonly Value[] {
    let winner: readonly Value[] | undefined;
    for (const source of this.#sources) {
      const written = source.get(setting.path);
      if (written === undefined) continue;
      const values = this.#parse(setting, written);
      winner ??= written.length > 0 && values.length === 0 ? undefined : values;
    }
    if (winner !== undefined) return winner;
    return setting.fallback.flatMap((text) => {
      const parsed = setting.kind.parse(text, this.#directory);
      return 'value' in parsed ? [parsed.value] : [];
    });
  }

  #parse<Value>(setting: AnySetting<Value>, written: readonly Written[]): readonly Value[] {
    const values: Value[] = [];
    const seen = new Set<string>();
    for (const item of written) {
      const parsed = setting.kind.parse(item.text, item.directory);
      if ('complaint' in parsed) {
        this.note(item, parsed.complaint);
        continue;
      }
      const identity = setting.count === 'many' ? setting.identity?.(parsed.value) : undefined;
      if (identity !== undefined && seen.has(identity)) this.note(item, `names ${identity} twice.`);
      else values.push(parsed.value);
      if (identity !== undefined) seen.add(identity);
    }
    return values;
  }
}
