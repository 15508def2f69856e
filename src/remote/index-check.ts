import { createHash } from 'node:crypto';
import { Agent } from 'undici';
import { readBounded } from './bounded-body.js';
import { VerdictMemory } from './index-verdicts.js';

/** Milliseconds for the whole of a question. */
const PATIENCE = 10_000;
/** Bytes of an answer. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
/** Questions under way at once. */
const AT_ONCE = 16;
const MOST_IMAGES = 100_000;
const IMAGE_ID = /^(?:[a-f0-9]{16}|[a-f0-9]{64})$/;

/** The images that the index lists for a repository; or that the token does not hold; or that nobody can say now. */
export type IndexVerdict = ReadonlySet<string> | 'refused' | 'unavailable';

/**
 * Asks another index of the v1 API whether a token of its holds: it lists the images of the repository to whoever may
 * see them. Answers are remembered for a short while, and the same question is under way only once.
 */
export class IndexCheck {
  readonly #origin: string;
  readonly #agent: Agent;
  readonly #onProblem: (error: unknown) => void;
  readonly #verdicts = new VerdictMemory();
  readonly #running = new Map<string, Promise<IndexVerdict>>();

  /** @param origin of the index. @param onProblem hears why there was no answer. */
  constructor(origin: string, onProblem: (error: unknown) => void) {
    this.#origin = origin;
    this.#onProblem = onProblem;
    this.#agent = new Agent({ connections: AT_ONCE, connect: { timeout: PATIENCE } });
  }

  /**
   * @param authorization as the client sent it.
   * @param repository `namespace/name`, each part of letters, digits and `._-` only.
   */
  ask(authorization: string, repository: string): Promise<IndexVerdict> {
    // A digest in place of the token: what lies in memory is not what opens the registry.
    const key = createHash('sha256').update(`${repository}\0${authorization}`).digest('base64');
    const known = this.#verdicts.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    if (this.#running.size >= AT_ONCE) return Promise.resolve('unavailable');
    const asked = this.#ask(authorization, repository)
      .then((verdict) => {
        if (verdict !== 'unavailable') this.#verdicts.set(key, verdict);
        return verdict;
      })
      .catch((error: unknown): IndexVerdict => {
        this.#onProblem(error);
        return 'unavailable';
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    return asked;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(authorization: string, repository: string): Promise<IndexVerdict> {
    // undici follows no redirect unless it is told to; one is no answer.
    const { statusCode, body } = await this.#agent.request({
      origin: this.#origin,
      path: `/v1/repositories/${repository}/images`,
      method: 'GET',
      headers: { authorization, accept: 'application/json' },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (statusCode === 200)
      return readImages(await readBounded(body, LONGEST_ANSWER, 'the answer of the index'));
    body.on('error', () => undefined).destroy();
    if (statusCode < 500 && statusCode !== 429) return 'refused';
    throw new Error(`the index ${this.#origin} answered with the status ${statusCode}`);
  }
}

/** @throws when this is not the list of images of a repository. */
function readImages(bytes: Buffer): ReadonlySet<string> {
  const list: unknown = JSON.parse(bytes.toString('utf8'));
  if (!Array.isArray(list)) throw new Error('the index did not answer with a list of images');
  if (list.length > MOST_IMAGES) throw new Error(`the index lists more than ${MOST_IMAGES} images`);
  const images = new Set<string>();
  for (const image of list as unknown[]) {
    const id = typeof image === 'object' && image !== null && 'id' in image ? image.id : undefined;
    if (typeof id === 'string' && IMAGE_ID.test(id)) images.add(id);
  }
  return images;
}
