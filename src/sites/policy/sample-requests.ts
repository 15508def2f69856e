import type { RuleAction } from '../../configuration/access.js';
import type { Served } from './regions.js';

/** A request that stands for all of its kind. */
export interface SampleRequest {
  readonly method: string;
  readonly path: string;
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const upload = '0d4f7e7c-8f3b-4b7a-9c1e-2a5d6e7f8a9b';
const image = '0123456789abcdef'.repeat(4);
const odd = ['/q7other', '/v2/q7x/q7unknown', '/v1/q7unknown', '/metrics'];

/**
 * The requests that an action of dockgate's rules is made of.
 *
 * @param hasImages images of the v1 API as well, which are in no repository that their paths name
 */
export function requestsOf(
  action: RuleAction,
  names: readonly string[],
  { v1, v2 }: Served,
  hasImages: boolean,
): readonly SampleRequest[] {
  const each = (...paths: readonly ((name: string) => string)[]): readonly string[] =>
    names.flatMap((name) => paths.map((path) => path(name)));
  const v2Of = (part: string) => (name: string) => `/v2/${name}/${part}`;
  const v1Of = (part: string) => (name: string) => `/v1/repositories/${v1Name(name)}/${part}`;
  const layers = hasImages ? [`/v1/images/${image}/layer`] : [];
  const asked = (methods: readonly string[], paths: readonly string[]): readonly SampleRequest[] =>
    methods.flatMap((method) => paths.map((path) => ({ method, path })));
  switch (action) {
    case 'pull':
      return [
        ...(v2
          ? asked(
              ['GET', 'HEAD'],
              each(
                v2Of('manifests/q7t'),
                v2Of(`manifests/${digest}`),
                v2Of(`blobs/${digest}`),
                v2Of('tags/list'),
              ),
            )
          : []),
        ...(v1 ? asked(['GET'], [...each(v1Of('images'), v1Of('tags')), ...layers]) : []),
      ];
    case 'push':
      return [
        ...(v2
          ? [
              ...asked(['POST'], each(v2Of('blobs/uploads/'))),
              ...asked(['PATCH', 'PUT'], each(v2Of(`blobs/uploads/${upload}`))),
              ...asked(['PUT'], each(v2Of('manifests/q7t'))),
            ]
          : []),
        ...(v1 ? asked(['PUT'], [...each(v1Of('images'), v1Of('tags/q7t')), ...layers]) : []),
      ];
    case 'delete':
      return [
        ...(v2 ? asked(['DELETE'], each(v2Of(`manifests/${digest}`), v2Of(`blobs/${digest}`))) : []),
        ...(v1 ? asked(['DELETE'], each(v1Of('tags/q7t'))) : []),
      ];
    case 'catalog':
      return v2 ? asked(['GET'], ['/v2/_catalog']) : [];
    case 'search':
      return v1 ? asked(['GET'], ['/v1/search']) : [];
    case 'admin':
      return asked(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], odd);
  }
}

/** Clients of the v1 API always name a namespace. */
function v1Name(name: string): string {
  return name.includes('/') ? name : `library/${name}`;
}
