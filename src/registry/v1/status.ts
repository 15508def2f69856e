import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { jsonReply } from './replies.js';

/** The version that is claimed: the last one of docker-registry. Engines before 0.11 want to see one. */
const VERSION = '0.9.1';

/** Answers the pings, by which engines find out that this is a registry and whether its index is here as well. */
export function answerPing(hasIndex: boolean): Reply {
  return jsonReply(true, 200, {
    'x-docker-registry-version': VERSION,
    'x-docker-registry-standalone': hasIndex ? 'True' : 'False',
  });
}

/** Answers `/_status`: whether the storage can be read. */
export async function answerStatus({ repositories }: V1Stores, exchange: Exchange): Promise<Reply> {
  const host = exchange.origin.slice(exchange.origin.indexOf('://') + 3);
  const failures = new Map<string, string>();
  const probe = V1Repository.readPath('library/status');
  try {
    if (probe !== undefined) await repositories.has(probe);
  } catch {
    failures.set('storage', 'the storage cannot be read; the log tells more');
  }
  return jsonReply({ services: ['storage'], failures, host }, failures.size === 0 ? 200 : 503);
}
