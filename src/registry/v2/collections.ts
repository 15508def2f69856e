import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { CollectionRunning } from '../upkeep/collection-report.js';
import type { Collections, CollectionTerms } from '../upkeep/collections.js';
import { isReading, methodNotAllowed } from './methods.js';

/** Milliseconds: a push that is under way relies on what it has been told for so long at least. */
const LEAST_GRACE = 5 * 60_000;

const DURATION = /^(\d{1,9})(s|m|h|d)?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Answers at `/v2/_dockgate/gc`, an extension of dockgate: POST starts a clean-up and is answered before it ends, GET
 * tells how far it has come and what the last one did.
 *
 * @param collections undefined in a registry that is not cleaned up.
 * @throws {Failure} 404; 405; 400 for a query that is wrong; 409 when a clean-up is under way.
 */
export async function answerCollections(
  collections: Collections | undefined,
  exchange: Exchange,
): Promise<Reply> {
  if (collections === undefined) {
    throw new Failure(404, 'UNSUPPORTED', 'this registry is not cleaned up by dockgate');
  }
  if (isReading(exchange)) return stateReply(collections, 200);
  if (exchange.method !== 'POST') throw methodNotAllowed(exchange, 'GET', 'HEAD', 'POST');
  const terms = readTerms(new URLSearchParams(exchange.target.query), collections.terms);
  try {
    await collections.start(terms);
  } catch (error) {
    if (error instanceof CollectionRunning) throw new Failure(409, 'DENIED', error.message);
    throw error;
  }
  return stateReply(collections, 202);
}

async function stateReply(collections: Collections, status: number): Promise<Reply> {
  const body = JSON.stringify(await collections.state());
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    },
    body,
  };
}

function readTerms(query: URLSearchParams, terms: CollectionTerms): CollectionTerms {
  return {
    dryRun: readTruth(query, 'dry-run') ?? terms.dryRun,
    untagged: readTruth(query, 'untagged') ?? terms.untagged,
    grace: readGrace(query) ?? terms.grace,
  };
}

function readTruth(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Failure(400, 'UNSUPPORTED', `${name} must be true or false`);
}

function readGrace(query: URLSearchParams): number | undefined {
  const text = query.get('grace');
  if (text === null) return undefined;
  const [, digits, unit = 's'] = DURATION.exec(text) ?? [];
  const grace = Number(digits) * (SECONDS[unit] ?? 1) * 1000;
  if (Number.isSafeInteger(grace) && grace >= LEAST_GRACE) return grace;
  throw new Failure(400, 'UNSUPPORTED', 'grace must be a duration such as 30m or 24h, of 5 minutes at least');
}
