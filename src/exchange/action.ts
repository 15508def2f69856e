/** What is done to one repository. */
export type RepositoryAction = 'pull' | 'push' | 'delete';

/** What is done to the registry as a whole. */
export type RegistryAction = 'catalog' | 'search' | 'admin';

/** What rules allow and deny, and tokens open. */
export type Action = RepositoryAction | RegistryAction;
