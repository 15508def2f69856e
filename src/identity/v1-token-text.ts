import type { Grant } from '../exchange/grant.js';

/** What a v1 token says about itself, before anybody has checked it. */
export interface TokenText {
  readonly signature: string;
  /** `namespace/name`. */
  readonly repository: string;
  readonly access: Grant['access'];
}

/** Bytes of an `Authorization` value or of a token that are looked at. */
const LONGEST = 6_144;
const MOST_PARAMETERS = 8;
const PARAMETER = /^([A-Za-z]{1,32})[:=][ \t"]?([^",]+)"?$/;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/;

/** Whether an `Authorization` value is of the scheme `Token`. */
export function isToken(authorization: string): boolean {
  return authorization.length >= 6 && authorization.slice(0, 6).toLowerCase() === 'token ';
}

/**
 * Reads a token: `Token signature=…,repository="ns/name",access=read`, as an `Authorization` or an `X-Docker-Token` has it.
 * Old engines put the scheme before a value that has it already. Undefined for everything else.
 */
export function readToken(text: string): TokenText | undefined {
  if (text.length > LONGEST) return undefined;
  let rest = text.trim();
  for (let schemes = 0; schemes < 2 && isToken(rest); schemes += 1) rest = rest.slice(6).trimStart();
  const parts = rest.split(',', MOST_PARAMETERS + 1);
  if (parts.length > MOST_PARAMETERS) return undefined;
  const values = new Map<string, string>();
  for (const part of parts) {
    const [, name, value] = PARAMETER.exec(part.trim()) ?? [];
    if (name === undefined || value === undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  const signature = values.get('signature');
  const repository = wholeName(values.get('repository'));
  const access = values.get('access');
  if (signature === undefined || repository === undefined) return undefined;
  if (access !== 'read' && access !== 'write' && access !== 'delete') return undefined;
  return { signature, repository, access };
}

/** `namespace/name`; a name of one part is in `library`. Undefined for what cannot be the name of a repository. */
function wholeName(name: string | undefined): string | undefined {
  const parts = name?.split('/', 3) ?? [];
  if (parts.length === 0 || parts.length > 2 || !parts.every((part) => NAME.test(part))) return undefined;
  return parts.length === 1 ? `library/${name}` : name;
}

/** Writes a token as the value of `X-Docker-Token`. */
export function formatToken({ signature, repository, access }: TokenText): string {
  return `Token signature=${signature},repository="${repository}",access=${access}`;
}
