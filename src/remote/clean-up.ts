import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../registry/model/json.js';
import { readBounded } from './bounded-body.js';
import type { Conversation } from './conversation.js';
import { RemoteFailure } from './failure.js';
import { Scope } from './scope.js';

/** What a clean-up at a dockgate goes by; what is left out, the server decides. */
export interface CleanUpTerms {
  readonly dryRun: boolean;
  readonly untagged: boolean | undefined;
  /** Milliseconds. */
  readonly grace: number | undefined;
}

/** What a clean-up has done, in numbers. */
export interface CleanUpReport {
  readonly dryRun: boolean;
  readonly resumed: boolean;
  readonly repositories: number;
  readonly manifests: number;
  readonly unreadable: number;
  readonly kept: number;
  /** Bytes that are free now. */
  readonly bytes: number;
  readonly removed: Readonly<Record<string, number>>;
}

/** How a clean-up stands. */
export interface CleanUpState {
  readonly running: boolean;
  readonly progress:
    | { readonly phase: string; readonly repositories: number; readonly shards: number }
    | undefined;
  /** Of the one that ended last. */
  readonly report: CleanUpReport | undefined;
  readonly failure: string | undefined;
}

const PATH = '/v2/_dockgate/gc';

/** Bytes of an answer. */
const LONGEST = 256 * 1024;

/**
 * Starts a clean-up at a dockgate (`POST /v2/_dockgate/gc`), which is under way when this resolves.
 *
 * @throws {RemoteFailure} with code BUSY when one runs already, NOT_FOUND when the registry has no such thing.
 */
export async function startCleanUp(conversation: Conversation, terms: CleanUpTerms): Promise<CleanUpState> {
  const { dryRun, untagged, grace } = terms;
  const query = new URLSearchParams({
    'dry-run': String(dryRun),
    ...(untagged === undefined ? {} : { untagged: String(untagged) }),
    ...(grace === undefined ? {} : { grace: `${Math.floor(grace / 1000)}s` }),
  });
  return request(conversation, `${PATH}?${query}`, 'POST', 202);
}

/** How the clean-up of a dockgate stands (`GET /v2/_dockgate/gc`). */
export function cleanUpState(conversation: Conversation): Promise<CleanUpState> {
  return request(conversation, PATH, 'GET', 200);
}

async function request(
  conversation: Conversation,
  path: string,
  method: 'GET' | 'POST',
  expected: number,
): Promise<CleanUpState> {
  const headers = { accept: 'application/json' };
  const answer = await conversation.ask(path, Scope.registry, { method, headers });
  if (answer.statusCode !== expected) throw await conversation.unexpected(answer, 'the clean-up');
  const value = parseJson(await readBounded(answer.body, LONGEST, 'the state of a clean-up'));
  const running = isJsonObject(value) ? fieldOf(value, 'running') : undefined;
  if (!isJsonObject(value) || typeof running !== 'boolean') {
    throw new RemoteFailure(
      'UNEXPECTED',
      `${conversation.origin.origin}: the registry does not tell how its clean-up stands`,
    );
  }
  const failure = fieldOf(value, 'failure');
  const progress = fieldOf(value, 'progress');
  const report = fieldOf(value, 'report');
  return {
    running,
    progress: isJsonObject(progress)
      ? {
          phase: String(fieldOf(progress, 'phase')),
          repositories: numberOf(progress, 'repositories'),
          shards: numberOf(progress, 'shards'),
        }
      : undefined,
    report: isJsonObject(report) ? readReport(report) : undefined,
    failure: typeof failure === 'string' ? failure : undefined,
  };
}

function readReport(report: JsonObject): CleanUpReport {
  const removed = fieldOf(report, 'removed');
  const kinds = isJsonObject(removed) ? removed : {};
  return {
    dryRun: fieldOf(report, 'dryRun') === true,
    resumed: fieldOf(report, 'resumed') === true,
    repositories: numberOf(report, 'repositories'),
    manifests: numberOf(report, 'manifests'),
    unreadable: numberOf(report, 'unreadable'),
    kept: numberOf(report, 'kept'),
    bytes: numberOf(report, 'bytes'),
    removed: Object.fromEntries(Object.keys(kinds).map((kind) => [kind, numberOf(kinds, kind)])),
  };
}

function numberOf(object: JsonObject, name: string): number {
  const value = fieldOf(object, name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
