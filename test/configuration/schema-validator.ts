import assert from 'node:assert/strict';

type Schema = Readonly<Record<string, unknown>>;

const known = new Set(
  '$schema title description default type enum pattern minimum maximum exclusiveMinimum anyOf items minItems properties required additionalProperties'.split(
    ' ',
  ),
);

/** Whether a value fits a JSON Schema that uses only the words that ours does; other words fail the test. */
export function fits(value: unknown, schema: Schema): boolean {
  for (const word of Object.keys(schema)) assert.ok(known.has(word), `the validator does not know "${word}"`);
  const { type, pattern, minimum, maximum, exclusiveMinimum, anyOf, items, minItems, required } = schema;
  const types = type === undefined ? undefined : [type].flat();
  if (types !== undefined && !types.some((name) => isOf(value, name))) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return false;
  if (Array.isArray(anyOf) && !anyOf.some((one) => fits(value, one))) return false;
  if (typeof value === 'string') {
    return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value);
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) return false;
    if (typeof maximum === 'number' && value > maximum) return false;
    return typeof exclusiveMinimum !== 'number' || value > exclusiveMinimum;
  }
  if (Array.isArray(value)) {
    if (typeof minItems === 'number' && value.length < minItems) return false;
    return !isSchema(items) || value.every((item) => fits(item, items));
  }
  if (!isSchema(value)) return true;
  if (Array.isArray(required) && !required.every((name) => Object.hasOwn(value, name))) return false;
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return Object.entries(value).every(([name, inner]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isSchema(property) ? fits(inner, property) : schema['additionalProperties'] !== false;
  });
}

function isOf(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return isSchema(value);
  return typeof value === type;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
