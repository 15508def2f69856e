import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { nothingHere, refused } from './failures.js';
import type { V1Options } from './options.js';
import { jsonReply } from './replies.js';
import type { FoundRepository } from './services.js';

/** Characters to look for. */
const LONGEST = 256;

/** Results on a page. */
const DEFAULT_SIZE = 25;
const LARGEST_SIZE = 100;

const LAST_PAGE = 1_000_000;

/** Answers `GET /v1/search`, which engines of today still ask. */
export async function answerSearch(options: V1Options, exchange: Exchange): Promise<Reply> {
  const { search } = options;
  if (search === undefined) throw nothingHere();
  const query = new URLSearchParams(exchange.target.query);
  const text = query.get('q') ?? '';
  if (text.length > LONGEST) throw refused(`q may have ${LONGEST} characters at most`);
  const size = numberIn(query.get('n'), DEFAULT_SIZE, LARGEST_SIZE);
  const page = numberIn(query.get('page'), 1, LAST_PAGE);
  const { rights } = exchange;
  const { results, total } = await search.find({
    text,
    page,
    size,
    ...(rights === undefined ? {} : { mayPull: (repository) => rights.may('pull', repository) }),
  });
  return jsonReply({
    query: text,
    num_results: total,
    num_pages: Math.ceil(total / size),
    page,
    page_size: size,
    results: results.map(withAllFields),
  });
}

/** Every engine reads other fields: `is_trusted` until 1.6, `is_automated` since 1.7. */
function withAllFields({ name, description }: FoundRepository): object {
  return {
    name,
    description,
    star_count: 0,
    is_official: false,
    is_trusted: false,
    is_automated: false,
  };
}

/** A number from 1 up; what is no number, or less, is not given, and what is more is as much as there can be. */
function numberIn(text: string | null, otherwise: number, most: number): number {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  return number === 0 ? otherwise : Math.min(number, most);
}
