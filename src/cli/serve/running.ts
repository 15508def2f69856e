import type { AddressInfo } from 'node:net';
import type { Configuration } from '../../configuration/configuration.js';
import type { Problem } from '../../configuration/problem.js';
import type { RunningExchange, WorkerStatus } from '../../monitor/status.js';

/** What serves, whether it is this process alone or several. */
export interface Running {
  /** Where it listens, in the order of the configuration. */
  readonly addresses: readonly AddressInfo[];
  /** Path of the authority's certificate that clients have to trust; undefined with the operator's own pairs. */
  readonly authorityFile: string | undefined;
  /** Becomes the exit code when it ends, asked or not. */
  readonly ended: Promise<number>;
  /** Lets another configuration hold. @returns why it cannot; empty: it holds */
  reload(configuration: Configuration): Promise<readonly Problem[]>;
  /** Opens anew the files that something else rotates. Never rejects. */
  reopen(): Promise<void>;
  /** The metrics of all processes, as Prometheus reads them. */
  metrics(): Promise<string>;
  status(): Promise<{
    readonly exchanges: readonly RunningExchange[];
    readonly workers?: readonly WorkerStatus[];
  }>;
  /** Accepts nothing new and lets what runs finish. @param alone workers may go on by themselves when this process ends */
  stop(alone: boolean): Promise<void>;
  /** Closes everything at once, cutting what runs. */
  abort(): Promise<void>;
}
