import type { RepositoryAction } from '../exchange/action.js';
import { EVERYWHERE } from '../exchange/rights.js';
import type { Operation } from './operation.js';
import { ADMINISTRATION, decodedSegments, isReading, NOTHING_NEEDED, needing } from './plain-operation.js';
import { v1RepositoriesOf } from './v1-repositories.js';

const IMAGE_PARTS: ReadonlySet<string> = new Set(['json', 'layer', 'checksum', 'ancestry', 'files', 'diff']);
const IMAGE_ID = /^[A-Za-z0-9_-]{1,128}$/;
const SEARCH = needing('search', undefined);
const ACCOUNT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT']);

/**
 * What a request is about to do by the v1 API, or by none.
 *
 * @param path of the target
 */
export function v1OperationOf(method: string, path: string): Operation {
  const [root, version, family, ...below] = decodedSegments(path) ?? [];
  if (root !== '' || version !== 'v1') return ADMINISTRATION;
  const isEndedBySlash = below.at(-1) === '';
  const rest = isEndedBySlash ? below.slice(0, -1) : below;
  switch (family) {
    case '_ping':
      return isReading(method) && below.length === 0 ? NOTHING_NEEDED : ADMINISTRATION;
    case 'search':
      return isReading(method) && rest.length === 0 ? SEARCH : ADMINISTRATION;
    case 'users':
      // Which account is whose, whoever answers knows.
      if (!ACCOUNT_METHODS.has(method) || rest.length > 1) return ADMINISTRATION;
      return { ...NOTHING_NEEDED, account: isReading(method) ? 'look' : 'change' };
    case 'images':
      return onImage(method, rest);
    case 'repositories':
      return onRepository(method, rest, isEndedBySlash);
    default:
      return ADMINISTRATION;
  }
}

function onImage(method: string, [id = '', part = '', ...more]: readonly string[]): Operation {
  const action = actionOf(method);
  const isKnown = IMAGE_ID.test(id) && IMAGE_PARTS.has(part) && more.length === 0;
  if (!isKnown || action === undefined || action === 'delete') return ADMINISTRATION;
  return { ...needing(action, EVERYWHERE), image: action };
}

function onRepository(method: string, segments: readonly string[], isEndedBySlash: boolean): Operation {
  const action = actionOf(method);
  const names = v1RepositoriesOf(segments, isEndedBySlash, action === 'push');
  if (action === undefined || names.length === 0) return ADMINISTRATION;
  return { needs: names.map((subject) => ({ action, subject })) };
}

function actionOf(method: string): RepositoryAction | undefined {
  if (isReading(method)) return 'pull';
  if (method === 'PUT' || method === 'POST') return 'push';
  return method === 'DELETE' ? 'delete' : undefined;
}
