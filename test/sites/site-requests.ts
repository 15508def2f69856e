import { USERS } from './other-servers.js';

/** One request, the same for both servers. */
export interface SiteRequest {
  readonly method: string;
  readonly path: string;
  /** Undefined: none. */
  readonly user: 'reader' | 'writer' | undefined;
  /** Address that it comes from. */
  readonly source: string;
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const upload = '0d4f7e7c-8f3b-4b7a-9c1e-2a5d6e7f8a9b';

const read = (name: string): string => `GET /v2/${name}/manifests/latest`;
const write = (name: string): string => `PUT /v2/${name}/manifests/latest`;
const ofRepository = (name: string): readonly string[] => [
  read(name),
  write(name),
  `HEAD /v2/${name}/blobs/${digest}`,
  `POST /v2/${name}/blobs/uploads/`,
  `DELETE /v2/${name}/manifests/${digest}`,
];

/** Enough to see whether it matters where one comes from. */
const few = ['app', 'team/app', 'team', 'closed'].flatMap((name) => [read(name), write(name)]);

const many = [
  ...['GET /', 'GET /v2/', 'GET /_ping', 'HEAD /v1/_ping', 'POST /_ping'],
  ...['GET /v2/_catalog', 'GET /v1/search', 'GET /other', 'DELETE /other', 'GET /v2/app/unknown'],
  ...['GET /v1/repositories/some/app/images', 'PUT /v1/repositories/some/app/tags/latest'],
  ...['app', 'team/app/deep', 'secret/app', 'closed'].flatMap(ofRepository),
  ...['a/app', 'teams/app', 'hidden', 'secrets', 'team'].map(read),
  ...['hidden/app', 'team'].map(write),
  `GET /v2/app/tags/list`,
  `PATCH /v2/app/blobs/uploads/${upload}`,
  `GET /v2/app/blobs/uploads/${upload}`,
];

/**
 * All of them.
 *
 * @param users those with a password; nobody asks as well. @param sources further addresses to come from
 */
export function siteRequests(
  users: readonly ('reader' | 'writer')[],
  sources: readonly string[],
): readonly SiteRequest[] {
  const asked = (lines: readonly string[], source: string): readonly SiteRequest[] =>
    lines.flatMap((line) => {
      const [method = '', path = ''] = line.split(' ');
      return [undefined, ...users].map((user) => ({ method, path, user, source }));
    });
  return [...asked(many, '127.0.0.1'), ...sources.flatMap((source) => asked(few, source))];
}

/** For messages. */
export function requestText({ method, path, user, source }: SiteRequest): string {
  return `${method} ${path} by ${user ?? 'nobody'} from ${source}`;
}

/** The `Authorization` of a request. */
export function authorizationOf({ user }: SiteRequest): string | undefined {
  if (user === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${USERS[user]}`).toString('base64')}`;
}
