import { foldedName } from '../model/duplicate-name.js';
import { isJsonObject } from '../model/json.js';
import { rawFields } from './raw-fields.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isSwitch: Check = (value) => typeof value === 'boolean';
const isInteger: Check = (value) => Number.isInteger(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isSet: Check = (value) => isJsonObject(value) && Object.values(value).every(isJsonObject);
const isDictionary: Check = (value) => isJsonObject(value) && Object.values(value).every(isText);

/** What today's clients expect in the fields of OCI Image §Config and of docker's own; they refuse an image otherwise. */
const CHECKS: Readonly<Record<string, Check>> = {
  Hostname: isText,
  Domainname: isText,
  User: isText,
  Image: isText,
  WorkingDir: isText,
  MacAddress: isText,
  StopSignal: isText,
  AttachStdin: isSwitch,
  AttachStdout: isSwitch,
  AttachStderr: isSwitch,
  Tty: isSwitch,
  OpenStdin: isSwitch,
  StdinOnce: isSwitch,
  NetworkDisabled: isSwitch,
  ArgsEscaped: isSwitch,
  Env: isTexts,
  Cmd: isTexts,
  Entrypoint: isTexts,
  OnBuild: isTexts,
  Shell: isTexts,
  ExposedPorts: isSet,
  Volumes: isSet,
  Labels: isDictionary,
  Healthcheck: isJsonObject,
  StopTimeout: isInteger,
};

const KNOWN: ReadonlyMap<string, string> = new Map(
  Object.keys(CHECKS).map((name) => [foldedName(name), name]),
);

/** Fields in which old images may have one text in place of a list. */
const COMMANDS: ReadonlySet<string> = new Set(['Cmd', 'Entrypoint']);

/** The value as clients take it; undefined when they would refuse it. */
function usable(name: string, raw: string): string | undefined {
  const value: unknown = JSON.parse(raw);
  if (value === null || CHECKS[name]?.(value) === true) return raw;
  return COMMANDS.has(name) && isText(value) ? `[${raw}]` : undefined;
}

/**
 * The `config` or `container_config` of an image: everything that the source has, byte for byte, without those known
 * fields whose values are of a type that would make clients refuse the whole image.
 *
 * @param raw value of the field; whatever is no object yields undefined.
 */
export function containerSettings(raw: string | undefined): string | undefined {
  if (raw?.startsWith('{') !== true) return undefined;
  const known = new Map<string, string>();
  for (const { name, raw: value } of rawFields(raw)) {
    const own = KNOWN.get(foldedName(name));
    const taken = own === undefined ? value : usable(own, value);
    if (taken !== undefined) known.set(own ?? name, taken);
  }
  return `{${[...known].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** The command of a container's settings, as docker shows it in a history; empty when there is none. */
export function commandOf(settings: string | undefined): string {
  if (settings === undefined) return '';
  const command = rawFields(settings).find(({ name }) => name === 'Cmd');
  const value: unknown = command === undefined ? null : JSON.parse(command.raw);
  return Array.isArray(value) ? value.join(' ') : '';
}
