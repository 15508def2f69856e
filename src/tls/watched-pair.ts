import type { PairFiles } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { stateOf } from './file-state.js';
import { loadPair, type Pair } from './pair.js';

/** Polls that a changed pair may stay broken: certificate and key are copied one after the other. */
const patience = 2;

/** A pair that is in use, and what its files look like since. */
export class WatchedPair {
  #pair: Pair;
  #signature: string;
  #failures = 0;
  #reported = '';

  private constructor(pair: Pair, signature: string) {
    this.#pair = pair;
    this.#signature = signature;
  }

  /** @throws ConfigurationError as {@link loadPair} does. */
  static async open(files: PairFiles, now: number): Promise<WatchedPair> {
    const signature = await signatureOf(files);
    return new WatchedPair(await loadPair(files, { now }), signature);
  }

  /** The last pair that was whole. */
  get pair(): Pair {
    return this.#pair;
  }

  /** The pair that lies in the files now, when it is whole and another one than before. Does not take it over. */
  async candidate(now: number): Promise<Candidate | undefined> {
    const signature = await signatureOf(this.#pair.files);
    if (signature === this.#signature) return undefined;
    try {
      const pair = await loadPair(this.#pair.files, { now });
      if (pair.certificate !== this.#pair.certificate || pair.key !== this.#pair.key)
        return { pair, signature };
      this.accept({ pair, signature });
      return undefined;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return { problems: error.problems };
    }
  }

  accept({ pair, signature }: WholeCandidate): void {
    this.#pair = pair;
    this.#signature = signature;
    this.#failures = 0;
    this.#reported = '';
  }

  /** Notes that the files are no use. Returns what to report: nothing at first, and nothing twice. */
  refuse(problems: readonly Problem[]): readonly Problem[] {
    this.#failures += 1;
    const report = JSON.stringify(problems);
    if (this.#failures < patience || report === this.#reported) return [];
    this.#reported = report;
    return problems;
  }
}

export interface WholeCandidate {
  readonly pair: Pair;
  readonly signature: string;
}

/** What changed files hold: a pair to take over, or what is wrong with it. */
export type Candidate = WholeCandidate | { readonly problems: readonly Problem[] };

function signatureOf(files: PairFiles): Promise<string> {
  return stateOf([files.certificate, files.key]);
}

/** Opens pairs that are to be watched. @throws ConfigurationError with the problems of all of them. */
export async function openPairs(pairs: readonly PairFiles[], now: number): Promise<readonly WatchedPair[]> {
  const results = await Promise.allSettled(pairs.map((files) => WatchedPair.open(files, now)));
  const problems: Problem[] = [];
  const watched: WatchedPair[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') watched.push(result.value);
    else if (result.reason instanceof ConfigurationError) problems.push(...result.reason.problems);
    else throw result.reason;
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return watched;
}
