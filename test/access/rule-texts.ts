import type { RuleConfiguration } from '../../src/configuration/access.js';

/** A rule with all that is not given left out. */
export function rule(parts: Partial<RuleConfiguration>): RuleConfiguration {
  return {
    effect: 'allow',
    actions: ['pull'],
    repositories: undefined,
    users: [],
    groups: [],
    anonymous: false,
    networks: [],
    place: { file: 'dockgate.yaml', line: 1 },
    ...parts,
  };
}
