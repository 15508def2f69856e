import type { Problem } from '../problem.js';
import { parseYamlText } from '../yaml-text.js';
import { carriedOver } from './carried.js';
import { droppedBecause, droppedVariables } from './dropped.js';
import { Flavours, type OriginalKey } from './flavour.js';
import type { Environment } from './original-value.js';
import { writeImported } from './written-file.js';

/** What to read. */
export interface ImportInput {
  /** Of `config.yml`. */
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
  /** Otherwise that of SETTINGS_FLAVOR, otherwise `dev`. */
  readonly flavour?: string | undefined;
  /** The environment of the old server: `_env:` values come from it. */
  readonly environment: Environment;
}

/** What came of it. */
export interface Imported {
  /** A dockgate.yaml; undefined when the file could not be read as a whole. */
  readonly text: string | undefined;
  /** What kept it from being read, or with a text what was left out without being understood. */
  readonly problems: readonly Problem[];
  readonly flavour: string;
}

/**
 * Makes a configuration for dockgate from one of docker-registry (the Python server, up to 0.9). Every key of the flavour
 * is named in it: carried over, or dropped and why. No value of a dropped key is in the text or in a message.
 */
export function importDockerRegistry(input: ImportInput): Imported {
  const { text, file, environment } = input;
  const named = environment['SETTINGS_FLAVOR'];
  const flavour = input.flavour ?? (named === undefined || named === '' ? 'dev' : named);
  const refuse = (...problems: readonly Problem[]): Imported => ({ text: undefined, problems, flavour });
  const parsed = parseYamlText(text, file);
  if (!('document' in parsed)) return refuse(...parsed);
  const { document, locate } = parsed;
  const flavours = new Flavours(document, locate);
  const keys = flavours.keys(flavour, environment);
  if (keys === undefined) {
    const known = flavours.names.filter((name) => /^[\w.-]{1,64}$/.test(name));
    const hint = known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`;
    const message = `The file has no flavour ${JSON.stringify(flavour)}. ${hint} Name one with --flavor.`;
    return refuse({ place: { file }, message });
  }
  return translate(keys, input, flavour);
}

/** Keys that have successors, but mean nothing without a value. */
const CARRIED_IF_SET: readonly string[] = ['issue', 'loglevel', 'registry_endpoints', 'bugsnag', 'cors'];

/** A key that docker-registry did not have; its name may be anything, so it is cut and made printable. */
function unknown({ name, place }: OriginalKey): Problem {
  const printable = JSON.stringify(name.slice(0, 64));
  return { place, message: `${printable} is not a setting that docker-registry had. It was left out.` };
}

function isSet(key: OriginalKey, decisive: string | undefined): boolean {
  if (key.children.size === 0) return key.value !== undefined && key.value !== false;
  const values = [...key.children].filter(([name]) => decisive === undefined || name === decisive);
  return values.some(([, { value }]) => value !== undefined);
}

function translate(keys: readonly OriginalKey[], input: ImportInput, flavour: string): Imported {
  const problems: Problem[] = [];
  const carried = carriedOver(new Map(keys.map((key) => [key.name, key])));
  const told = new Set(carried.flatMap(({ from }) => from.map((name) => name.split('.')[0])));
  const dropped: [string, string][] = [];
  const unset: string[] = [];
  for (const key of keys) {
    if (key.isBroken === true) {
      const message = `What the environment holds for ${key.name} is no YAML. It was taken for nothing.`;
      problems.push({ place: key.place, message });
    }
    if (told.has(key.name)) continue;
    const reason = droppedBecause(key.name);
    const isCarriedElsewhere = CARRIED_IF_SET.includes(key.name);
    if (reason === undefined && !isCarriedElsewhere) problems.push(unknown(key));
    else if (reason === undefined || !isSet(key, reason.decisive)) unset.push(key.name);
    else dropped.push([key.name, reason.why]);
  }
  for (const [name, why] of droppedVariables) {
    if ((input.environment[name] ?? '') !== '') dropped.push([`${name} (environment)`, why]);
  }
  const text = writeImported({ file: input.file, flavour, carried, dropped, unset, problems });
  return { text, problems, flavour };
}
