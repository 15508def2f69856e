import type { RepositoryAction } from '../../exchange/action.js';
import type { Rights } from '../../exchange/rights.js';
import { DEFAULT_NAMESPACE, type V1Repository } from '../model/v1/v1-repository.js';

/** Whether all the names are open by which the v2 API knows a repository: `x` and `library/x` are the same one here. */
export function mayIn(
  rights: Rights | undefined,
  action: RepositoryAction,
  repository: V1Repository,
): boolean {
  if (rights === undefined) return true;
  const { namespace, name } = repository;
  return (
    rights.may(action, repository.toString()) && (namespace !== DEFAULT_NAMESPACE || rights.may(action, name))
  );
}
