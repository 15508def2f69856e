import type { Reader } from './reader.js';
import { type ListSetting, many, one } from './setting.js';
import { truth } from './values/choice.js';
import { duration } from './values/duration.js';
import { fieldName, pageMethod } from './values/http-token.js';
import { origin } from './values/origin.js';
import type { Written } from './written.js';

/** Which pages of other origins may use the registry (Fetch standard, CORS protocol). */
export interface CorsConfiguration {
  /** `*`, or origins such as `https://ui.example.com` and `https://*.example.com`. Never empty. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Request headers that pages may set; `*` for those that they ask for. */
  readonly headers: readonly string[];
  /** Response headers that pages may read; `*` for all. */
  readonly exposedHeaders: readonly string[];
  /** Whether pages may send along what the browser remembers. */
  readonly credentials: boolean;
  /** Milliseconds for which browsers remember the answer to a preflight. */
  readonly maxAge: number;
  /** Whether replies say that they depend on the origin (`Vary: Origin`) also where they do not. */
  readonly vary: boolean;
}

/** The settings of CORS. */
export const corsSettings = {
  corsOrigins: many('cors.origins', 'DOCKGATE_CORS_ORIGINS', origin, [], {
    description:
      'Origins whose pages may use the registry, such as https://ui.example.com or https://*.example.com; * for all.',
    identity: (written) => written,
  }),
  corsMethods: many(
    'cors.methods',
    'DOCKGATE_CORS_METHODS',
    pageMethod,
    ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    { description: 'Methods that those pages may use.', identity: (method) => method },
  ),
  corsHeaders: many('cors.headers', 'DOCKGATE_CORS_HEADERS', fieldName, ['*'], {
    description: 'Request headers that those pages may set; * for those that they ask for.',
    identity: (name) => name.toLowerCase(),
  }),
  corsExposedHeaders: many(
    'cors.exposedHeaders',
    'DOCKGATE_CORS_EXPOSED_HEADERS',
    fieldName,
    [
      'Docker-Content-Digest',
      'Docker-Distribution-Api-Version',
      'Docker-Upload-UUID',
      'Link',
      'Location',
      'WWW-Authenticate',
    ],
    {
      description: 'Response headers that those pages may read; * for all.',
      identity: (name) => name.toLowerCase(),
    },
  ),
  corsCredentials: one('cors.credentials', 'DOCKGATE_CORS_CREDENTIALS', truth, 'false', {
    description: 'Whether browsers may send along the credentials that they remember.',
  }),
  corsMaxAge: one('cors.maxAge', 'DOCKGATE_CORS_MAX_AGE', duration('zero allowed'), '10m', {
    description: 'Time for which browsers remember what they may do.',
  }),
  corsVary: one('cors.vary', 'DOCKGATE_CORS_VARY', truth, 'true', {
    description: 'Whether every reply tells caches that it depends on the origin.',
  }),
};

/** Reads which origins may use the registry; undefined for none. */
export function readCors(reader: Reader): CorsConfiguration | undefined {
  const { corsOrigins, ...others } = corsSettings;
  const configuration = {
    origins: reader.many(corsOrigins),
    methods: reader.many(others.corsMethods),
    headers: reader.many(others.corsHeaders),
    exposedHeaders: reader.many(others.corsExposedHeaders),
    credentials: reader.one(others.corsCredentials),
    maxAge: reader.one(others.corsMaxAge),
    vary: reader.one(others.corsVary),
  };
  noteWildcards(reader, configuration);
  if (configuration.origins.length > 0) return configuration;
  if (reader.written(corsOrigins).flat().length > 0) return undefined;
  for (const setting of Object.values(others)) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined) reader.note(written, 'has no effect without origins: set "cors.origins".');
  }
  return undefined;
}

/** What the Fetch standard forbids, or understands otherwise than it looks. */
function noteWildcards(reader: Reader, { origins, exposedHeaders, credentials }: CorsConfiguration): void {
  const { corsOrigins, corsExposedHeaders } = corsSettings;
  if (origins.includes('*')) {
    const other = writtenOf(reader, corsOrigins, (text) => text !== '*');
    if (origins.length > 1 && other !== undefined)
      reader.note(other, 'has no effect beside *, which stands for every origin.');
    const [written] = reader.written(corsSettings.corsCredentials).flat();
    if (credentials && written !== undefined)
      reader.note(
        written,
        'must not be true while "cors.origins" has *: browsers refuse credentials there (Fetch standard). Name the origins.',
      );
  }
  const wildcard = writtenOf(reader, corsExposedHeaders, (text) => text === '*');
  if (credentials && exposedHeaders.includes('*') && wildcard !== undefined)
    reader.note(wildcard, 'must name the headers while "cors.credentials" is true: * is no wildcard then.');
}

function writtenOf(
  reader: Reader,
  setting: ListSetting<string>,
  isIt: (text: string) => boolean,
): Written | undefined {
  return reader
    .written(setting)
    .flat()
    .find(({ text }) => isIt(text));
}
