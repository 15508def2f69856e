import { MANIFEST_TYPE } from '../fixture/manifest.js';
import type { Stage } from '../stage.js';

export interface WrkLoad {
  readonly url: string;
  /** Seconds. */
  readonly duration: number;
  readonly connections: number;
  /** Value of the `Authorization` field; the user's password when left out. */
  readonly authorization?: string;
  /** Each request on a connection of its own. */
  readonly single?: true;
  /** That nothing is answered in that time is a result like any other. */
  readonly mayStarve?: true;
}

/**
 * Has wrk send one GET after the other on some kept TLS connections.
 *
 * @returns how many were answered
 * @throws when any answer was not a success
 */
export async function runWrk(stage: Stage, load: WrkLoad): Promise<number> {
  const { url, duration, connections, single, mayStarve } = load;
  const { authorization = stage.identity.authorization } = load;
  const output = await stage.children.succeed(
    'wrk',
    [
      ...['-t1', `-c${connections}`, `-d${duration}s`, '--timeout', '10s'],
      ...['-H', `Authorization: ${authorization}`, '-H', `Accept: ${MANIFEST_TYPE}`],
      ...(single === true ? ['-H', 'Connection: close'] : []),
      url,
    ],
    stage.directory,
  );
  const wrong = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1];
  if (wrong !== undefined) throw new Error(`${wrong} answers of ${url} were not a success:\n${output}`);
  const answered = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0);
  if (answered === 0 && mayStarve !== true)
    throw new Error(`${url} answered nothing within ${duration} s; give more --seconds`);
  return answered;
}
