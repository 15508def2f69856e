import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../src/configuration/configuration.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { Doors } from '../../src/supervisor/doors.js';
import { Workforce } from '../../src/supervisor/workforce.js';
import type { WorkforceLimits, WorkforceListener } from '../../src/supervisor/workforce-options.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

export interface CrewOptions {
  /** Name of the worker's module in this folder. */
  readonly entry?: string;
  readonly words?: readonly string[];
  readonly workers?: number;
  readonly realm?: string;
  readonly requests?: number;
  /** Milliseconds. */
  readonly grace?: number;
  readonly limits?: Partial<WorkforceLimits>;
  readonly listener?: WorkforceListener;
}

/** Workers behind a door on a free port of 127.0.0.1. */
export interface Crew {
  readonly workforce: Workforce;
  readonly doors: Doors;
  readonly port: number;
  readonly log: readonly Record<string, unknown>[];
  /** Lines that the workers have noted, each after the process's id. */
  notes(): string[];
  configuration(options: CrewOptions): Configuration;
  client(): Promise<Client>;
}

/** Makes workers for one test, without starting them. They are gone after it. */
export async function makeCrew(test: TestContext, options: CrewOptions = {}): Promise<Crew> {
  const directory = temporaryDirectory(test);
  const base = await loadConfiguration({ flags: {}, environment: {}, directory });
  const configuration = (changed: CrewOptions): Configuration => ({
    ...base,
    listen: [{ host: '127.0.0.1', port: 0 }],
    realm: changed.realm ?? 'first',
    timeouts: { ...base.timeouts, grace: changed.grace ?? 60_000 },
    workers: { count: changed.workers ?? 1, maximumRequests: changed.requests ?? 0 },
  });
  const log: Record<string, unknown>[] = [];
  const { logger } = makeLogs('trace', { write: (line) => void log.push(JSON.parse(line)) });
  const file = join(directory, 'notes');
  const first = configuration(options);
  const doors = new Doors({ onConnection: (...both) => workforce.give(...both), logger, paused: true });
  const addresses = await doors.open(first.listen);
  const workforce = new Workforce({
    entry: fileURLToPath(new URL(`./${options.entry ?? 'entry'}.js`, import.meta.url)),
    arguments: [file, ...(options.words ?? [])],
    configuration: first,
    addresses,
    logger,
    limits: options.limits ?? {},
    ...(options.listener === undefined ? {} : { listener: options.listener }),
  });
  afterwards(test, async () => {
    doors.close();
    await workforce.abort();
  });
  const port = addresses[0]?.port ?? 0;
  return {
    ...{ workforce, doors, port, log, configuration },
    notes: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []),
    client: () => Client.open(test, port),
  };
}

/** Makes workers, and waits until all are ready. */
export async function startCrew(test: TestContext, options: CrewOptions = {}): Promise<Crew> {
  const crew = await makeCrew(test, options);
  await crew.workforce.start();
  return crew;
}

/** A connection that asks lines. */
export class Client {
  readonly #socket: Socket;
  #text = '';
  isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static open(test: TestContext, port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      const client = new Client(socket);
      afterwards(test, () => socket.destroy());
      socket.once('connect', () => resolve(client));
      socket.once('error', reject);
    });
  }

  send(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  async ask(line: string): Promise<string> {
    this.send(line);
    await until(() => this.#text.includes('\n') || this.isClosed, `there is an answer to ${line}`);
    if (!this.#text.includes('\n')) throw new Error(`closed without an answer to ${line}`);
    const [answer = ''] = this.#text.split('\n');
    this.#text = this.#text.slice(answer.length + 1);
    return answer;
  }

  async pid(): Promise<number> {
    return Number(await this.ask('pid'));
  }

  /** Sends the end of what this side says. */
  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A client of each of so many workers. */
export async function clientsOfAll(crew: Crew, workers: number): Promise<Map<number, Client>> {
  const clients = new Map<number, Client>();
  for (let count = 0; count < 20 && clients.size < workers; count += 1) {
    const client = await crew.client();
    clients.set(await client.pid(), client);
  }
  return clients;
}
