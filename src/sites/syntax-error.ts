import type { Place, Problem } from '../configuration/problem.js';

/** A file of nginx or Apache that cannot be read as that program would read it. */
export class SiteSyntaxError extends Error {
  override readonly name = 'SiteSyntaxError';
  readonly problem: Problem;

  constructor(place: Place, message: string) {
    super(message);
    this.problem = { place, message };
  }
}
