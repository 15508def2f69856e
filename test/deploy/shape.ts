/** Says what is wrong with a value, each with the path to it; nothing when it has the shape. */
export type Shape = (value: unknown, path: string) => readonly string[];

/** Text that fits a pattern as a whole. */
export function text(pattern = /^/): Shape {
  return (value, path) => {
    if (typeof value !== 'string') return [`${path} must be a text`];
    return pattern.test(value) ? [] : [`${path} must fit ${pattern}, not ${JSON.stringify(value)}`];
  };
}

/** One of these, and nothing else. */
export function oneOf(...allowed: readonly unknown[]): Shape {
  return (value, path) =>
    allowed.includes(value)
      ? []
      : [`${path} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`];
}

/** A whole number within bounds. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Shape {
  return (value, path) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
      ? []
      : [`${path} must be a whole number from ${least} to ${most}`];
}

/** true or false. */
export const truth: Shape = oneOf(true, false);

/** Has one shape or another; the complaints of the first count. */
export function either(first: Shape, second: Shape): Shape {
  return (value, path) => (second(value, path).length === 0 ? [] : first(value, path));
}

/** A list, with at least one item, of one shape. */
export function list(item: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0) return [`${path} must be a list with something in it`];
    return value.flatMap((each, index) => item(each, `${path}[${index}]`));
  };
}

/** An object with names that are not known beforehand. */
export function map(name: RegExp, item: Shape): Shape {
  return (value, path) => {
    if (!isObject(value)) return [`${path} must be an object`];
    return Object.entries(value).flatMap(([key, each]) => [
      ...(name.test(key) ? [] : [`${path}: ${key} is no name that is allowed here`]),
      ...item(each, `${path}.${key}`),
    ]);
  };
}

/** An object with all of the first members, any of the second, and no others. */
export function object(required: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape {
  const known: Record<string, Shape> = { ...required, ...optional };
  return (value, path) => {
    if (!isObject(value)) return [`${path} must be an object`];
    const missing = Object.keys(required).filter((name) => !(name in value));
    return [
      ...missing.map((name) => `${path}.${name} is missing`),
      ...Object.entries(value).flatMap(
        ([name, each]) => known[name]?.(each, `${path}.${name}`) ?? [`${path}.${name} is unknown`],
      ),
    ];
  };
}

/** An object with exactly one of these members. */
export function choice(members: Record<string, Shape>): Shape {
  const some = object({}, members);
  return (value, path) => {
    const complaints = some(value, path);
    if (complaints.length > 0 || !isObject(value)) return complaints;
    return Object.keys(value).length === 1
      ? []
      : [`${path} must have one of ${Object.keys(members).join(', ')}`];
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
