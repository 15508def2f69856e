import { settings } from '../settings.js';
import type { Kind } from '../values/kind.js';
import type { Carried } from './carried.js';
import type { OriginalKey } from './flavour.js';
import { isTrue, type OriginalValue, textOf } from './original-value.js';

const { corsOrigins, corsMethods, corsHeaders, corsExposedHeaders, corsMaxAge } = settings;

/** Of flask-cors; what they did is always done here, or never. */
const WITHOUT_COUNTERPART: ReadonlyMap<string, string> = new Map([
  ['send_wildcard', 'Where every origin is allowed, the answer is always *.'],
  ['always_send', 'Requests without an origin get nothing but Vary.'],
  ['automatic_options', 'Preflights are always answered.'],
  ['resources', 'What is allowed is allowed on every path.'],
]);

interface List {
  readonly fit: readonly string[];
  /** Whether something was left out. */
  readonly isCut: boolean;
}

/** One text with commas, or a list of texts; of these what the setting takes. */
function listOf(original: OriginalValue | undefined, kind: Kind<string>): List | undefined {
  if (original?.value === undefined) return undefined;
  const { value } = original;
  const written = Array.isArray(value) ? value.map(textOf) : (textOf(value) ?? '').split(',');
  const texts = [...new Set(written.map((text) => text?.trim() ?? '').filter((text) => text !== ''))];
  const parsed = texts.flatMap((text) => {
    const outcome = kind.parse(text, '/');
    return 'value' in outcome ? [outcome.value] : [];
  });
  const fit = [...new Set(parsed)];
  return { fit, isCut: parsed.length < texts.length };
}

/** The section `cors` of docker-registry, which it handed over to flask-cors. */
export function carriedCors(keys: ReadonlyMap<string, OriginalKey>): readonly Carried[] {
  const children = keys.get('cors')?.children;
  const origins = listOf(children?.get('origins'), withoutSlash(corsOrigins.kind));
  if (children === undefined || origins === undefined) return [];
  const told = [...WITHOUT_COUNTERPART].filter(([name]) => children.get(name)?.value !== undefined);
  // In front of the lines, which have to stand together.
  const remarks = told.map(([name, remark]) => ({ from: [`cors.${name}`], remark }));
  if (origins.fit.length === 0) {
    const remark = 'No origin is in it that could be taken over: regular expressions are none here.';
    return [...remarks, { from: ['cors.origins'], remark: `${remark} Pages of other sites stay out.` }];
  }
  const isForAll = origins.fit.includes('*');
  const allowed = isForAll ? ['*'] : origins.fit;
  return [
    ...remarks,
    line('origins', allowed, `Pages of other sites that may use the registry.${leftOut(origins)}`),
    ...lists(children),
    ...credentials(children, isForAll),
    ...maximumAge(children),
    ...vary(children),
  ];
}

/** Many had written origins as addresses. */
function withoutSlash(kind: Kind<string>): Kind<string> {
  return { ...kind, parse: (text, directory) => kind.parse(text.replace(/\/$/, ''), directory) };
}

function lists(children: ReadonlyMap<string, OriginalValue>): readonly Carried[] {
  const methods = listOf(children.get('methods'), {
    ...corsMethods.kind,
    parse: (text, directory) => corsMethods.kind.parse(text.toUpperCase(), directory),
  });
  const headers = listOf(children.get('headers'), corsHeaders.kind);
  const exposed = listOf(children.get('expose_headers'), corsExposedHeaders.kind);
  const lines: Carried[] = [];
  if (methods !== undefined && methods.fit.length > 0)
    lines.push(line('methods', methods.fit, `What they may do.${leftOut(methods)}`));
  if (headers !== undefined && headers.fit.length > 0) {
    const names = headers.fit.map((name) => name.toLowerCase());
    const login =
      names.includes('authorization') || names.includes('*')
        ? ''
        : ' A page that logs in itself needs Authorization, too.';
    lines.push(line('headers', headers.fit, `Headers that they may set.${login}${leftOut(headers)}`));
  }
  if (exposed !== undefined && exposed.fit.length > 0) {
    const remark = `Headers that they may read.${leftOut(exposed)}`;
    lines.push(line('exposedHeaders', exposed.fit, remark, 'expose_headers'));
  }
  return lines;
}

function credentials(children: ReadonlyMap<string, OriginalValue>, isForAll: boolean): readonly Carried[] {
  const original = children.get('supports_credentials');
  if (original?.value === undefined) return [];
  const isAllowed = isTrue(original.value);
  const remark =
    isAllowed && isForAll
      ? 'It was true. Browsers refuse that with *: name the origins above first.'
      : 'Whether browsers may send what they remember.';
  return [line('credentials', isAllowed && !isForAll, remark, 'supports_credentials')];
}

function maximumAge(children: ReadonlyMap<string, OriginalValue>): readonly Carried[] {
  const seconds = textOf(children.get('max_age')?.value);
  if (seconds === undefined) return [];
  const text = `${seconds}s`;
  return 'value' in corsMaxAge.kind.parse(text, '/')
    ? [line('maxAge', text, 'How long browsers remember it.', 'max_age')]
    : [];
}

function vary(children: ReadonlyMap<string, OriginalValue>): readonly Carried[] {
  const original = children.get('vary_header');
  if (original?.value === undefined) return [];
  return [line('vary', isTrue(original.value), 'Whether every reply has Vary: Origin.', 'vary_header')];
}

function line(name: string, value: Carried['value'] & {}, remark: string, old = name): Carried {
  return { from: [`cors.${old}`], path: `cors.${name}`, value, remark };
}

function leftOut({ isCut }: List): string {
  return isCut ? ' What has no counterpart was left out.' : '';
}
