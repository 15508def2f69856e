import assert from 'node:assert/strict';
import type { RegistryClient, WholeReply } from '../../harness/registry-client.js';
import { type Change, type Fact, type Kind, type Ledger, Request } from './ledger.js';

/** The server has ended in the middle of a request, as it was meant to. */
export class ServerGone extends Error {}

/** A request has failed on a disk that was meant to fail. */
export class StepFailed extends Error {}

/** What a lane needs of the server it pushes to. */
export interface Door {
  readonly client: RegistryClient;
  /** Called with every request that is sent and every reply that has come. */
  moved(): void;
  /** Whether the server has been killed. */
  readonly isKilled: boolean;
  /** Judges a failure of the server, where its disk may fail; throws when it is not a good one. */
  readonly judge?: (failure: WholeReply | Error) => void;
}

/** Sends the requests of one client, one after the other, and tells the ledger what became of them. */
export class Account {
  readonly ledger: Ledger;
  /** Facts that requests were to change since it was last emptied. */
  readonly touched = new Set<Fact>();
  #lost: Request[] = [];

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** The server is dead: what it did not answer can no longer happen, if it has not. */
  buryLost(): void {
    for (const request of this.#lost) request.lost();
    this.#lost = [];
  }

  /** A change of a fact, found by its name. */
  change(kind: Kind, repository: string, name: string, value: string | undefined): Change {
    return { fact: this.ledger.fact(kind, repository, name), value };
  }

  /** Sends a request, and tells the ledger what became of its changes. */
  async #send(
    door: Door,
    changes: readonly Change[],
    expected: readonly number[],
    send: () => Promise<WholeReply>,
  ): Promise<WholeReply> {
    const request = new Request(changes);
    for (const fact of request.facts) this.touched.add(fact);
    let reply: WholeReply;
    try {
      const answer = send();
      door.moved();
      reply = await answer;
    } catch (error) {
      this.#lost.push(request);
      if (door.isKilled) throw new ServerGone();
      if (door.judge === undefined || !(error instanceof Error)) throw error;
      door.judge(error);
      throw new StepFailed();
    }
    // A lock that could not be removed keeps an upload busy until its lease is over.
    const isBusy = reply.status === 416 && reply.headers['retry-after'] !== undefined;
    if (isBusy && door.judge !== undefined) {
      request.refused();
      throw new StepFailed();
    }
    if (reply.status >= 500 && door.judge !== undefined) {
      this.#lost.push(request);
      door.judge(reply);
      throw new StepFailed();
    }
    if (expected.includes(reply.status)) request.acknowledged();
    else request.refused();
    door.moved();
    return reply;
  }

  /** Sends a request that has to be answered with a status. */
  async must(
    door: Door,
    changes: readonly Change[],
    status: number,
    what: string,
    send: () => Promise<WholeReply>,
  ): Promise<WholeReply> {
    const reply = await this.#send(door, changes, [status], send);
    assert.equal(reply.status, status, `${what}: ${reply.status} ${reply.body.toString()}`);
    return reply;
  }
}
