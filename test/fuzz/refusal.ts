import { Failure } from '../../src/exchange/failure.js';

/** What a parser made of an input; undefined when it refused it as a client's mistake. Everything else is thrown on. */
export function orRefused<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Failure) || error.status < 400 || error.status > 499) throw error;
    if (error.message.length > 1000) throw new Error('the sentence of a refusal is as long as its input');
    return undefined;
  }
}
