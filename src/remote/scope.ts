import type { Repository } from '../registry/model/repository.js';

/** What a request is going to do, in the words of distribution's token service: `repository:team/app:pull`. */
export class Scope {
  readonly text: string;
  /** `repository:team/app` */
  readonly resource: string;

  private constructor(resource: string, actions: string) {
    this.resource = resource;
    this.text = `${resource}:${actions}`;
  }

  static readonly registry = new Scope('registry:catalog', '*');

  static of(repository: Repository, actions: 'pull' | 'delete'): Scope {
    return new Scope(`repository:${repository.name}`, actions);
  }

  /**
   * What to ask a token for: what the challenge names, but never a right on anything else than the request is about,
   * since a registry could otherwise collect tokens for images of somebody else.
   */
  wanted(challenged: string | undefined): string {
    const own = (challenged ?? '').split(' ').filter((text) => text.startsWith(`${this.resource}:`));
    return own.length === 0 ? this.text : own.join(' ');
  }
}
