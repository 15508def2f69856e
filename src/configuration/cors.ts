import type { Reader } from './reader.js';
import { many, one } from './setting.js';
import { truth } from './values/choice.js';
import { duration } from './values/duration.js';
import { lineOfText } from './values/text.js';

/** Which pages of other origins may use the registry (Fetch standard, CORS protocol). */
export interface CorsConfiguration {
  /** `*`, or origins such as `https://ui.example.com`. Never empty. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Request headers that pages may set; `*` for those that they ask for. */
  readonly headers: readonly string[];
  /** Response headers that pages may read. */
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
  corsOrigins: many('cors.origins', 'DOCKGATE_CORS_ORIGINS', lineOfText, [], {
    description: 'Origins whose pages may use the registry, such as https://ui.example.com; * for all.',
    identity: (origin) => origin,
  }),
  corsMethods: many(
    'cors.methods',
    'DOCKGATE_CORS_METHODS',
    lineOfText,
    ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    { description: 'Methods that those pages may use.', identity: (method) => method },
  ),
  corsHeaders: many('cors.headers', 'DOCKGATE_CORS_HEADERS', lineOfText, ['*'], {
    description: 'Request headers that those pages may set; * for those that they ask for.',
    identity: (name) => name.toLowerCase(),
  }),
  corsExposedHeaders: many(
    'cors.exposedHeaders',
    'DOCKGATE_CORS_EXPOSED_HEADERS',
    lineOfText,
    [
      'Docker-Content-Digest',
      'Docker-Distribution-Api-Version',
      'Docker-Upload-UUID',
      'Link',
      'Location',
      'WWW-Authenticate',
    ],
    {
      description: 'Response headers that those pages may read.',
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
  if (configuration.origins.length > 0) return configuration;
  if (reader.written(corsOrigins).flat().length > 0) return undefined;
  for (const setting of Object.values(others)) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined) reader.note(written, 'has no effect without origins: set "cors.origins".');
  }
  return undefined;
}
