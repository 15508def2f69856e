import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../registry/model/json.js';
import { readBounded } from './bounded-body.js';
import type { Conversation } from './conversation.js';
import { RemoteFailure } from './failure.js';
import { nextPage } from './next-page.js';
import type { Scope } from './scope.js';
import { headerOf } from './transport.js';

/** Bytes of one page. Distribution gives all tags of a repository in one. */
const LONGEST_PAGE = 32 * 1024 * 1024;

/** Where a list begins, and what is in it. */
export interface ListingOptions {
  readonly path: string;
  readonly scope: Scope;
  /** The field of the JSON that is the list. */
  readonly field: string;
  /** For messages: `the list of tags`. */
  readonly what: string;
  readonly accept?: string;
}

/**
 * The elements of a list that comes in pages, one page at a time.
 *
 * @throws {RemoteFailure} with code NOT_FOUND when the first page is not there.
 */
export async function* listing(
  conversation: Conversation,
  { path, scope, field, what, accept = 'application/json' }: ListingOptions,
): AsyncGenerator<unknown> {
  let url: URL | undefined = new URL(path, conversation.origin);
  while (url !== undefined) {
    const answer = await conversation.ask(url, scope, { method: 'GET', headers: { accept } });
    if (answer.statusCode !== 200) throw await conversation.unexpected(answer, what);
    const value = parseJson(await readBounded(answer.body, LONGEST_PAGE, what));
    if (!isJsonObject(value)) throw notAList(conversation, what);
    yield* elements(value, field, () => notAList(conversation, what));
    url = nextPage(headerOf(answer, 'link'), url);
  }
}

function elements(value: JsonObject, field: string, problem: () => RemoteFailure): readonly unknown[] {
  const list = fieldOf(value, field);
  // A repository without tags has `null` in distribution's answer.
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list)) throw problem();
  return list;
}

function notAList(conversation: Conversation, what: string): RemoteFailure {
  return new RemoteFailure(
    'UNEXPECTED',
    `${conversation.origin.origin}: ${what} is not what a registry answers; is this a registry?`,
  );
}
