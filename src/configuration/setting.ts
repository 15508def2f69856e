import type { Kind } from './values/kind.js';

/** Flags of the command line that carry a setting; the names that commander gives them. */
export type FlagName =
  | 'listen'
  | 'upstream'
  | 'data'
  | 'htpasswd'
  | 'certs'
  | 'cert'
  | 'key'
  | 'hostname'
  | 'grace'
  | 'logLevel'
  | 'insecureHttp'
  | 'maxRequests'
  | 'workers';

/** How a flag is written: `--listen <HOST:PORT>`; one without a value stands for `true`. */
export interface FlagForm {
  readonly name: FlagName;
  readonly syntax: string;
}

/** What all settings have, whatever their value is. */
export interface SettingBase {
  /**
   * Where it stands in the YAML file: `timeouts.idle`. A name with `[]` is a list of mappings
   * (`tls.pairs[].key`); each of them must hold all that the table names below it.
   */
  readonly path: string;
  /** Variable of the environment. */
  readonly environment: string;
  readonly flag: FlagForm | undefined;
  /** The mapping that holds it may be this value alone: `upstream: URL` for `upstream: { url: URL }`. */
  readonly short: boolean;
  /** The default as an operator would write it; read by the same parser. Empty: none. */
  readonly fallback: readonly string[];
  /** One sentence for `--help`, the schema and the documentation. */
  readonly description: string;
}

/** A setting that always has a value. */
export interface RequiredSetting<Value> extends SettingBase {
  readonly count: 'one';
  readonly kind: Kind<Value>;
}

/** A setting that may have no value. */
export interface OptionalSetting<Value> extends SettingBase {
  readonly count: 'optional';
  readonly kind: Kind<Value>;
}

/** A setting with any number of values. */
export interface ListSetting<Value> extends SettingBase {
  readonly count: 'many';
  readonly kind: Kind<Value>;
  /** Makes values comparable whose repetition is a mistake; undefined for a value that may come again. */
  identity?(value: Value): string | undefined;
}

/** A setting of any kind, for those who only describe it. */
export type Setting = RequiredSetting<unknown> | OptionalSetting<unknown> | ListSetting<unknown>;

/** The columns of the table of settings that have a usual content. */
export interface Description {
  readonly flag?: FlagForm;
  readonly short?: boolean;
  readonly description: string;
}

/** Describes a setting with a default. */
export function one<Value>(
  path: string,
  environment: string,
  kind: Kind<Value>,
  fallback: string,
  rest: Description,
): RequiredSetting<Value> {
  return { count: 'one', path, environment, kind, fallback: [fallback], ...columns(rest) };
}

/** Describes a setting that may be absent. */
export function optional<Value>(
  path: string,
  environment: string,
  kind: Kind<Value>,
  rest: Description,
): OptionalSetting<Value> {
  return { count: 'optional', path, environment, kind, fallback: [], ...columns(rest) };
}

/** Describes a setting with several values. */
export function many<Value>(
  path: string,
  environment: string,
  kind: Kind<Value>,
  fallback: readonly string[],
  rest: Description & Pick<ListSetting<Value>, 'identity'>,
): ListSetting<Value> {
  const list = { count: 'many' as const, path, environment, kind, fallback, ...columns(rest) };
  return rest.identity === undefined ? list : { ...list, identity: rest.identity };
}

function columns(rest: Description): Pick<SettingBase, 'flag' | 'short' | 'description'> {
  return { flag: rest.flag, short: rest.short ?? false, description: rest.description };
}
