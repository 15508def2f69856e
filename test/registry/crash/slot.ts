import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { RegistryClient } from '../../harness/registry-client.js';
import type { Below } from '../../harness/seeded-random.js';
import { type Serving, spawnServe, untilServing } from '../../harness/served.js';
import type { FaultyDisk } from '../disk/faulty-disk.js';
import type { Door } from './account.js';
import { Inspection } from './inspection.js';
import { type Lane, SHARED } from './lane.js';
import type { Fact, Ledger } from './ledger.js';

/** Old facts looked at again after each start. */
const SAMPLE = 4;

/** Calls that a disk lets pass before it ends the process, at most. */
const CALLS = 200;

/** Requests and replies that a server lives to see, at most. */
const MESSAGES = 90;

/** Milliseconds within which a server is killed once its last moment has come. */
const DELAY = 8;

/**
 * When a server is killed: `signal` at any moment, `call` just before it changes something on the disk, so that every
 * gap between two changes is met, and `either` for both in turn.
 */
export type Manner = 'signal' | 'call' | 'either';

/** One server that is started, pushed to, killed and started again, while others may run on the same directory. */
export class Slot {
  /** Servers killed so far. */
  kills = 0;
  readonly #test: TestContext;
  readonly #directory: string;
  readonly #ledger: Ledger;
  readonly #lanes: readonly Lane[];
  readonly #below: Below;
  readonly #manner: Manner;
  readonly #disk: FaultyDisk | undefined;

  /** @param disk what ends a server before one of its calls; needed for every manner but `signal`. */
  constructor(
    test: TestContext,
    directory: string,
    ledger: Ledger,
    lanes: readonly Lane[],
    below: Below,
    manner: Manner,
    disk: FaultyDisk | undefined,
  ) {
    this.#manner = manner;
    this.#disk = disk;
    this.#test = test;
    this.#directory = directory;
    this.#ledger = ledger;
    this.#lanes = lanes;
    this.#below = below;
  }

  /** Starts, checks, pushes and kills. */
  async round(): Promise<void> {
    const serving = await this.start();
    const client = new RegistryClient(serving);
    try {
      await this.#checkAfterStart(new Inspection(client, this.#ledger));
      await this.#pushUntilKilled(serving, client);
    } finally {
      client.close();
      serving.kill('SIGKILL');
      await serving.ended;
    }
    const errors = serving.lines().filter(({ level }) => Number(level) >= 50);
    assert.deepEqual(errors, [], 'the server logged no error');
  }

  start(): Promise<Serving> {
    this.#disk?.heal();
    const words = ['--listen', '127.0.0.1:0'];
    return untilServing(spawnServe(this.#test, this.#directory, words, this.#disk?.environment));
  }

  async #checkAfterStart(inspection: Inspection): Promise<void> {
    const facts = [...this.#ledger.facts.values()];
    const own = new Set(this.#lanes.flatMap(({ account }) => [...account.touched]));
    const isShared = ({ repository }: Fact): boolean => repository === SHARED;
    await inspection.settle([...own].filter((fact) => !isShared(fact)));
    for (const lane of this.#lanes) lane.account.touched.clear();
    const sample = Array.from({ length: SAMPLE }, () => facts[this.#below(Math.max(facts.length, 1))]);
    const shared = [...own].filter(isShared);
    await inspection.check([...shared, ...sample.filter((fact) => fact !== undefined)]);
    const subjects = [...this.#ledger.referrers.keys()];
    await inspection.referrers(subjects.slice(-2));
    const lane = this.#lanes[this.#below(this.#lanes.length)];
    if (lane !== undefined && this.#below(3) === 0) await inspection.tags(lane.repository);
    await inspection.catalog(this.#lanes.map(({ repository }) => repository));
  }

  async #pushUntilKilled(serving: Serving, client: RegistryClient): Promise<void> {
    const door = this.#doom(serving, client);
    await Promise.all(this.#lanes.map((lane) => lane.work(door)));
    const { signal } = await serving.ended;
    assert.equal(signal, 'SIGKILL', `the server ended by itself: ${serving.stderr()}`);
    for (const lane of this.#lanes) lane.account.buryLost();
    this.kills += 1;
  }

  /** Decides when the server ends: after some messages and milliseconds, or before one of its system calls. */
  #doom(serving: Serving, client: RegistryClient): Door {
    const isAtCall = this.#manner === 'call' || (this.#manner === 'either' && this.#below(2) === 0);
    if (this.#disk !== undefined && isAtCall) {
      this.#disk.killAt(this.#below(CALLS));
      return { client, isKilled: true, moved: () => undefined };
    }
    let left = 1 + this.#below(MESSAGES);
    const delay = this.#below(DELAY);
    let isKilled = false;
    const kill = (): void => {
      isKilled = true;
      serving.kill('SIGKILL');
    };
    return {
      client,
      get isKilled(): boolean {
        return isKilled;
      },
      moved: () => {
        left -= 1;
        if (left !== 0) return;
        if (delay === 0) kill();
        else setTimeout(kill, delay);
      },
    };
  }
}
