import { Agent, request } from 'node:https';
import type { Recorded, Recorder } from '../harness/recorder.js';
import { authorizationOf, type SiteRequest } from './site-requests.js';

/** A server in front of servers of a registry that nobody else asks. */
export interface SiteDoor {
  readonly port: number;
  readonly ca: string;
  readonly registry: readonly Recorder[];
}

/** What can be seen of a request from both sides. */
export interface Seen {
  readonly status: number;
  /** Undefined: the registry was not asked. */
  readonly reached: Recorded | undefined;
}

/** The Host that is sent to both, so that what is passed on can be compared. */
export const HOST = 'localhost:8443';

/** Sends requests, some at a time. */
export async function seeAll(door: SiteDoor, requests: readonly SiteRequest[]): Promise<readonly Seen[]> {
  const agents = new Map<string, Agent>();
  const statuses: number[] = [];
  const queue = requests.keys();
  const agentOf = (source: string): Agent => {
    const agent = agents.get(source) ?? new Agent({ keepAlive: true, localAddress: source });
    agents.set(source, agent);
    return agent;
  };
  const work = async (): Promise<void> => {
    for (const index of queue) {
      const one = requests[index];
      if (one !== undefined) statuses[index] = await send(door, one, index, agentOf(one.source));
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  for (const agent of agents.values()) agent.destroy();
  const reached = new Map(
    door.registry.flatMap(({ requests: all }) => all.map((one) => [one.headers['x-case'], one] as const)),
  );
  return requests.map((_request, index) => ({
    status: statuses[index] ?? 0,
    reached: reached.get(String(index)),
  }));
}

function send({ port, ca }: SiteDoor, one: SiteRequest, index: number, agent: Agent): Promise<number> {
  const authorization = authorizationOf(one);
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(one.method);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        ca,
        agent,
        method: one.method,
        path: one.path,
        headers: {
          host: HOST,
          'x-case': String(index),
          ...(authorization === undefined ? {} : { authorization }),
          ...(hasBody ? { 'content-length': '4' } : {}),
        },
      },
      (reply) => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode ?? 0));
        reply.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(hasBody ? 'body' : undefined);
  });
}
