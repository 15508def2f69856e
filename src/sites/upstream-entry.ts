import { settings } from '../configuration/settings.js';
import { type Directive, placeText } from './directive.js';
import { durationText, isFit } from './fit.js';
import type { Ledger } from './ledger.js';

/** A server of the registry as nginx or Apache name it. */
export interface ServerLine {
  /** As the configuration writes it: `http://HOST:PORT` or `http+unix:/PATH`. */
  readonly url: string;
  readonly weight: number;
  readonly backup: boolean;
  readonly from: Directive;
  /** undefined: not said. */
  readonly maxFails?: number | undefined;
  /** Milliseconds. */
  readonly failTimeout?: number | undefined;
}

/** Writes where the registry is. @returns whether there is any server that dockgate can ask. */
export function carryUpstream(
  lines: readonly ServerLine[],
  from: readonly Directive[],
  ledger: Ledger,
): boolean {
  const servers = summed(lines.filter((line) => isKnown(line, ledger)));
  const [only, ...more] = servers;
  if (only === undefined) return false;
  if (more.length === 0) {
    ledger.carry('upstream.url', only.url, [...from, only.from], '');
    return true;
  }
  const hasMain = servers.some(({ backup }) => !backup);
  ledger.tell(...from);
  ledger.carryList(
    'upstream.servers',
    servers.map(({ url, weight, backup, from: line }) => {
      ledger.tell(line);
      const words = [url, ...(weight === 1 ? [] : [`weight=${Math.min(weight, 65_535)}`])];
      if (backup && hasMain) words.push('backup');
      return { value: words.join(' '), remark: `${placeText(line)} ${line.title}` };
    }),
    '',
  );
  carryFailures(servers, ledger);
  return true;
}

function isKnown({ url, from }: ServerLine, ledger: Ledger): boolean {
  if (isFit(settings.upstreamServers.kind, url)) return true;
  ledger.tell(from);
  ledger.warn(from, 'This server has an address that cannot be used here. It was left out.');
  return false;
}

/** dockgate takes every server once. */
function summed(lines: readonly ServerLine[]): readonly ServerLine[] {
  const known = new Map<string, ServerLine>();
  for (const line of lines) {
    const before = known.get(line.url);
    known.set(line.url, before === undefined ? line : { ...before, weight: before.weight + line.weight });
  }
  return [...known.values()];
}

/** One value for all servers: the largest. */
function carryFailures(lines: readonly ServerLine[], ledger: Ledger): void {
  const largest = (values: readonly (number | undefined)[]): number | undefined => {
    const said = values.filter((value) => value !== undefined);
    return said.length === 0 ? undefined : Math.max(...said);
  };
  const remark = 'One value holds for all servers: the largest of those that are said.';
  const fails = largest(lines.map(({ maxFails }) => maxFails));
  if (fails !== undefined) ledger.carry('upstream.maxFails', Math.min(fails, 1_000), [], remark);
  const timeout = largest(lines.map(({ failTimeout }) => failTimeout));
  const text = timeout === undefined ? undefined : durationText(timeout);
  if (text !== undefined) ledger.carry('upstream.failTimeout', text, [], remark);
}
