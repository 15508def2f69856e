import { rulesSchema } from './rules-schema.js';
import type { Setting } from './setting.js';
import { type Branch, type Leaf, type RuleList, tree } from './tree.js';
import type { JsonSchema } from './values/kind.js';

/** The JSON Schema (draft 2020-12) of the configuration file, for editors; `docs/dockgate.schema.json` is this. */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'dockgate.yaml',
    description: 'Configuration of dockgate, the HTTPS gateway for container registries.',
    ...mapping(tree),
  };
}

/** An empty mapping may be left out behind its key: all lines below it are comments then. */
function mapping(branch: Branch): JsonSchema {
  return { type: ['object', 'null'], ...members(branch) };
}

function members(branch: Branch): JsonSchema {
  const properties = [...branch.children].map(([name, child]) => [name, schemaOf(child)]);
  return { additionalProperties: false, properties: Object.fromEntries(properties) };
}

function schemaOf(child: Branch | Leaf | RuleList): JsonSchema {
  if (child.type === 'rules') return rulesSchema;
  if (child.type === 'leaf') return ofSetting(child.setting);
  if (child.repeated) {
    const required = [...child.children.keys()];
    return { type: 'array', items: { type: 'object', required, ...members(child) } };
  }
  for (const leaf of child.children.values()) {
    if (leaf.type !== 'leaf' || !leaf.setting.short) continue;
    const { description, kind } = leaf.setting;
    return { description, anyOf: [kind.schema, mapping(child)] };
  }
  return mapping(child);
}

function ofSetting(setting: Setting): JsonSchema {
  const { description, kind, fallback } = setting;
  // Within a list of mappings every mapping has one value; the list is the mapping's.
  if (setting.count !== 'many' || setting.path.includes('[]')) {
    const [text] = fallback;
    return { description, ...kind.schema, ...(text === undefined ? {} : { default: typed(text, setting) }) };
  }
  const list = { type: 'array', items: kind.schema, ...(fallback.length > 0 ? { minItems: 1 } : {}) };
  return { description, anyOf: [kind.schema, list], ...(fallback.length > 0 ? { default: fallback } : {}) };
}

function typed(text: string, { kind }: Setting): string | number | boolean {
  if (kind.scalars.has('boolean')) return text === 'true';
  return kind.scalars.has('number') && /^\d+$/.test(text) ? Number(text) : text;
}
