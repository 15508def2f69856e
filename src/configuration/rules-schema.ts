import type { JsonSchema } from './values/kind.js';
import { network } from './values/network.js';
import { repositoryPattern } from './values/repository-pattern.js';
import { actionsOf, groupName, ruleAction, userName } from './values/rule-values.js';

/** One sentence for the schema and the documentation. */
export const rulesDescription =
  'Who may do what; the first rule that fits decides, and nothing is allowed where none does. Without rules every user may do everything.';

const inRepositories = listOf({ enum: [...actionsOf(['all'], true), 'all'] });

const common = {
  users: {
    description: 'Users that the rule is for; "*" is everybody with a name.',
    ...listOf(userName.schema),
  },
  groups: { description: 'Groups that the rule is for.', ...listOf(groupName.schema) },
  anonymous: { description: 'Whether the rule is for everybody, strangers included.', type: 'boolean' },
  networks: { description: 'Networks that the client has to come from.', ...listOf(network.schema) },
};

/** The JSON Schema of `access.rules`. */
export const rulesSchema: JsonSchema = {
  description: rulesDescription,
  type: ['array', 'null'],
  items: { anyOf: ['allow', 'deny'].flatMap((effect) => [overall(effect), limited(effect)]) },
};

function overall(effect: string): JsonSchema {
  const actions = {
    description: 'Actions, in every repository and in the registry as a whole.',
    ...listOf(ruleAction.schema),
  };
  return rule(effect, { [effect]: actions, ...common });
}

function limited(effect: string): JsonSchema {
  const repositories = {
    description: 'Patterns of the repositories that the rule is about.',
    ...listOf(repositoryPattern.schema),
  };
  const actions = { description: 'Actions in these repositories.', ...inRepositories };
  return rule(effect, { [effect]: actions, repositories, ...common });
}

function rule(effect: string, properties: JsonSchema): JsonSchema {
  return { type: 'object', required: [effect], additionalProperties: false, properties };
}

function listOf(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'array', items: schema, minItems: 1 }] };
}
