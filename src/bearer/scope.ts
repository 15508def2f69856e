import { setImmediate } from 'node:timers/promises';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import type { AccessEntry } from './access-claim.js';

/** Scopes of one request. */
export const MOST_SCOPES = 100;
/** Parts of a text between blanks, empty ones included. */
const MOST_PARTS = MOST_SCOPES * 2;
const TOO_MANY = `no more than ${MOST_SCOPES} scopes can be asked for at once`;

const REPOSITORY_ACTIONS = ['pull', 'push', 'delete'] as const;
const TYPE = /^([a-z0-9]+)(?:\(([a-z0-9]+)\))?$/;
const ACTIONS = /^(?:[a-z]*|\*)(?:,(?:[a-z]+|\*))*$/;
/** Components of OCI Distribution §Pulling manifests, with `HOST:PORT/` in front of them as the token specification allows. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?$/;
const LONGEST_NAME = 512;
const LONGEST_ACTIONS = 256;
/** Milliseconds without a pause. */
const LONGEST_TURN = 2;

/** Whoever asks, as far as scopes are concerned. */
export interface ScopeRights {
  allows(action: Action, subject: Subject): boolean;
}

/** What has been granted already is only put together. */
const EVERYTHING: ScopeRights = { allows: () => true };

/** Scopes that cannot be read, and why. */
export class ScopeError extends Error {}

/**
 * Reads scopes (distribution's token specification): `repository:a/b:pull,push`, `repository(plugin):a/b:pull`,
 * `registry:catalog:*`; several in one text with blanks between. Names may have a host with a port in front.
 *
 * @throws {ScopeError} a sentence for whoever asks
 */
export function parseScopes(texts: readonly string[]): readonly AccessEntry[] {
  const entries: AccessEntry[] = [];
  for (const text of texts) {
    const parts = text.split(' ', MOST_PARTS + 1);
    if (parts.length > MOST_PARTS) throw new ScopeError(TOO_MANY);
    for (const part of parts) {
      if (part === '') continue;
      if (entries.length === MOST_SCOPES) throw new ScopeError(TOO_MANY);
      entries.push(parseScope(part));
    }
  }
  return entries;
}

function parseScope(text: string): AccessEntry {
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  const [, type, kind] = TYPE.exec(text.slice(0, Math.max(first, 0))) ?? [];
  const name = text.slice(first + 1, last);
  const actions = text.slice(last + 1);
  const isWhole = last > first && actions.length <= LONGEST_ACTIONS && ACTIONS.test(actions);
  if (type === undefined || !isWhole || !isName(type, name))
    throw new ScopeError('a scope has the form type:name:action,action, as in repository:team/app:pull,push');
  const list = [...new Set(actions.split(',').filter((action) => action !== ''))];
  return { type, ...(kind === undefined ? {} : { class: kind }), name, actions: list };
}

function isName(type: string, name: string): boolean {
  if (name.length === 0 || name.length > LONGEST_NAME) return false;
  if (type !== 'repository') return /^[A-Za-z0-9._/-]+$/.test(name);
  const [first = '', ...rest] = name.split('/');
  // As docker has it: a host has a dot or a port, or else it is a component.
  const isHost = rest.length > 0 && /[.:]/.test(first) && HOST.test(first);
  const isFirst = isHost || COMPONENT.test(first);
  return isFirst && rest.every((part) => COMPONENT.test(part));
}

/** What of the asked is given: of each resource the actions that whoever asks may do, and no entry without any. */
export function grantedOf(asked: readonly AccessEntry[], rights: ScopeRights): readonly AccessEntry[] {
  const granted = new Map<string, AccessEntry>();
  for (const entry of asked) {
    const actions = allowedActions(entry, rights);
    if (actions.length === 0) continue;
    const key = `${entry.type}:${entry.class ?? ''}:${entry.name}`;
    const known = granted.get(key)?.actions ?? [];
    granted.set(key, { ...entry, actions: [...new Set([...known, ...actions])] });
  }
  return [...granted.values()];
}

/** As {@link grantedOf}, one scope at a time: to look a hundred names up in many rules must not keep others waiting. */
export async function grantedInTurn(
  asked: readonly AccessEntry[],
  rights: ScopeRights,
): Promise<readonly AccessEntry[]> {
  const granted: AccessEntry[] = [];
  let since = performance.now();
  for (const entry of asked) {
    granted.push(...grantedOf([entry], rights));
    if (performance.now() - since < LONGEST_TURN) continue;
    await setImmediate();
    since = performance.now();
  }
  return grantedOf(granted, EVERYTHING);
}

function allowedActions({ type, name, actions }: AccessEntry, rights: ScopeRights): readonly string[] {
  if (type === 'registry') {
    const isKnown = name === 'catalog' || name === 'admin';
    return isKnown && actions.includes('*') && rights.allows(name, undefined) ? ['*'] : [];
  }
  if (type !== 'repository') return [];
  const isAll = actions.includes('*');
  const allowed = REPOSITORY_ACTIONS.filter(
    (action) => (isAll || actions.includes(action)) && rights.allows(action, name),
  );
  return isAll && allowed.length === REPOSITORY_ACTIONS.length ? ['*'] : allowed;
}

/** The claim in the form of a scope. */
export function formatScope(entries: readonly AccessEntry[]): string {
  return entries
    .map(({ type, class: kind, name, actions }) => {
      const whole = kind === undefined ? type : `${type}(${kind})`;
      return `${whole}:${name}:${actions.join(',')}`;
    })
    .join(' ');
}
