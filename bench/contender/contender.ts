import { processTree } from '../machine/processes.js';
import type { Service } from '../machine/service.js';
import type { Stage } from '../stage.js';

/** How the one password is stored. A contender that does not know a scheme takes the nearest; the row says so. */
export type Scheme = 'apr1' | 'bcrypt';

export interface ContenderOptions {
  readonly scheme: Scheme;
  /** Origin of the registry behind, `http://127.0.0.1:PORT`. */
  readonly upstream: string;
}

/** A gateway that runs, alone or with the registry that it needs. */
export class Contender {
  readonly name: string;
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  readonly #services: readonly Service[];

  /** @param services whose processor time and memory count; the first is the one that clients speak to */
  constructor(name: string, services: readonly [Service, ...Service[]]) {
    this.name = name;
    this.port = services[0].port;
    this.origin = `https://127.0.0.1:${this.port}`;
    this.#services = services;
  }

  /** The processes that count. */
  get pids(): number[] {
    return this.#services.flatMap(({ pid }) => processTree(pid));
  }

  /** The same processes under another name, for what is measured of them in two ways. */
  named(name: string): Contender {
    const [first, ...rest] = this.#services;
    if (first === undefined) throw new Error(`${this.name} has no process`);
    return new Contender(name, [first, ...rest]);
  }

  async stop(stage: Stage): Promise<void> {
    for (const { child } of this.#services) await stage.children.end(child);
  }
}

/** Starts a contender. */
export type Starter = (stage: Stage, options: ContenderOptions) => Promise<Contender>;
