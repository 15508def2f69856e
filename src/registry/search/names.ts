import { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';

/** The name under which the images of a v1 repository are found: that of the v2 API, where there is one. */
export function nameOfV1(repository: V1Repository): string {
  return repository.successor?.name ?? repository.toString();
}

/** The repositories of both APIs that a name stands for. */
export interface NamedRepositories {
  readonly v2: Repository | undefined;
  readonly v1: V1Repository | undefined;
}

/** What a name in the index stands for. */
export function repositoriesOf(name: string): NamedRepositories {
  const v2 = Repository.read(name);
  const v1 = v2 === undefined ? V1Repository.readPath(name) : V1Repository.of(v2);
  // `library/x` of the v2 API also shows the images of `x`, but is not where they are looked for.
  return { v2, v1: v1 !== undefined && nameOfV1(v1) === name ? v1 : undefined };
}
