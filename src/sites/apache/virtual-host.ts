import { type Directive, named } from '../directive.js';
import { type ApacheTarget, targetsOf } from './proxy-target.js';

/** A virtual host, or the main server. */
export interface VirtualHost {
  /** undefined: the main server. */
  readonly directive: Directive | undefined;
  readonly block: readonly Directive[];
  readonly targets: readonly ApacheTarget[];
  /** The origin of the registry: `http://HOST:PORT`, `balancer://NAME`; undefined: nothing is passed on. */
  readonly registry: string | undefined;
  readonly score: number;
  readonly redirect: string | undefined;
}

/** The virtual hosts, those that look most like a registry's first. */
export function virtualHosts(main: readonly Directive[]): readonly VirtualHost[] {
  const outside = main.filter(({ name }) => name !== 'virtualhost');
  const hosts = named(main, 'virtualhost').map((directive) =>
    read(directive, directive.block ?? [], outside),
  );
  return [...hosts, read(undefined, outside, [])].toSorted((a, b) => b.score - a.score);
}

function read(
  directive: Directive | undefined,
  block: readonly Directive[],
  main: readonly Directive[],
): VirtualHost {
  const targets = targetsOf(block, main);
  const scores = new Map<string, number>();
  for (const { url, path } of targets) {
    const origin = url === undefined ? undefined : originOf(url);
    if (origin === undefined) continue;
    const text = typeof path === 'string' ? path : path.source;
    const score = /^\^?\\?\/v[12](?:\\?\/|$)|_ping/.test(text) ? 10 : text === '/' ? 1 : 0;
    const hint = /registry|docker|:500\d$/.test(origin) ? 3 : 0;
    scores.set(origin, (scores.get(origin) ?? hint) + score);
  }
  const [best] = [...scores].toSorted((a, b) => b[1] - a[1]);
  // Virtual hosts are asked rather than the main server.
  return {
    directive,
    block,
    targets,
    registry: best?.[0],
    score: (best?.[1] ?? 0) * 2 + (directive === undefined ? 0 : 1),
    redirect:
      best === undefined ? named(block, 'redirect', 'redirectpermanent').at(0)?.args.at(-1) : undefined,
  };
}

/** Scheme and authority of an address; of a unix socket its path. */
export function originOf(url: string): string | undefined {
  const socket = /^unix:([^|]+)\|/i.exec(url)?.[1];
  if (socket !== undefined) return `http+unix:${socket}`;
  const match = /^(https?|balancer):\/\/([^/?#]+)/i.exec(url);
  return match === null ? undefined : `${match[1]?.toLowerCase()}://${match[2]?.toLowerCase()}`;
}

/** What of an address follows its authority. */
export function pathOf(url: string): string {
  return url.replace(/^unix:[^|]+\|/i, '').replace(/^[a-z]+:\/\/[^/?#]*/i, '');
}

/** For messages. */
export function describeHost({ directive, block }: VirtualHost): string {
  const names = named(block, 'servername').flatMap(({ args }) => args);
  if (directive === undefined) return 'the main server';
  return `<VirtualHost ${directive.args.join(' ')}> of line ${directive.place.line} ${names.join(' ')}`.trim();
}
