import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { CONFIG, digestOf, MANIFEST_TYPE, makeManifest, type Part } from '../fixture/manifest.js';
import { fieldOf, KeptConnection } from './kept-connection.js';
import type { PushOrder, PushReport } from './pushers.js';

/**
 * A program of its own: clients that push images at the same time, each to a repository of its own, as docker does.
 *
 * It reads an order as one line of JSON, makes the layers, says `ready`, waits for another line, pushes, and prints a
 * report as JSON.
 */

/** Layers that one client pushes at the same time, each on its own connection; docker's own default. */
const SIDE_BY_SIDE = 5;
/** Bytes of a chunk: the length in which docker copies a layer to its connection. */
const CHUNK = 32 * 1024;

interface Blob extends Part {
  /** As the body of a chunked request. */
  readonly framed: Buffer;
}

interface Pushed {
  readonly requests: number;
  readonly milliseconds: number;
}

function frame(content: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let start = 0; start < content.length; start += CHUNK) {
    const chunk = content.subarray(start, start + CHUNK);
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

function blob(content: Buffer): Blob {
  return { digest: digestOf(content), size: content.length, framed: frame(content) };
}

/** Where the next request of an upload goes. */
function goOn(location: string | undefined, port: number): URL {
  return new URL(location ?? '', `https://127.0.0.1:${port}`);
}

class Client {
  readonly #order: PushOrder;
  readonly #repository: string;
  readonly #config: Blob;
  readonly #layers: readonly Blob[];
  #requests = 0;

  constructor(order: PushOrder, repository: string) {
    this.#order = order;
    this.#repository = repository;
    this.#config = blob(Buffer.concat([CONFIG, Buffer.from(`\n${repository}`)]));
    this.#layers = Array.from({ length: order.layers }, () => blob(randomBytes(order.layerBytes)));
  }

  async push(): Promise<Pushed> {
    const start = performance.now();
    const waiting = this.#layers.values();
    const connections = await Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        const connection = await KeptConnection.open(this.#order.port, this.#order.authorization);
        for (const layer of waiting) await this.#pushBlob(connection, layer);
        return connection;
      }),
    );
    const [connection] = connections;
    if (connection === undefined) throw new Error('there is no connection');
    await this.#pushBlob(connection, this.#config);
    const body = makeManifest(
      plain(this.#config),
      this.#layers.map((layer) => plain(layer)),
    );
    const fields = `Content-Type: ${MANIFEST_TYPE}\r\nContent-Length: ${body.length}\r\n`;
    await this.#ask(connection, 201, 'PUT', `/v2/${this.#repository}/manifests/latest`, fields, body);
    for (const each of connections) each.close();
    return { requests: this.#requests, milliseconds: performance.now() - start };
  }

  async #pushBlob(connection: KeptConnection, { digest, framed }: Blob): Promise<void> {
    const { port } = this.#order;
    const blobs = `/v2/${this.#repository}/blobs`;
    await this.#ask(connection, 404, 'HEAD', `${blobs}/${digest}`);
    const opened = await this.#ask(connection, 202, 'POST', `${blobs}/uploads/`, 'Content-Length: 0\r\n');
    const upload = goOn(opened, port);
    const fields = 'Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n';
    const sent = await this.#ask(connection, 202, 'PATCH', upload.pathname + upload.search, fields, framed);
    const end = goOn(sent, port);
    end.searchParams.set('digest', digest);
    await this.#ask(connection, 201, 'PUT', end.pathname + end.search, 'Content-Length: 0\r\n');
  }

  /** @returns the field Location of the answer */
  async #ask(
    connection: KeptConnection,
    status: number,
    method: string,
    path: string,
    fields = '',
    body?: Uint8Array,
  ): Promise<string | undefined> {
    this.#requests += 1;
    const answer = await connection.send({ method, path, fields, ...(body === undefined ? {} : { body }) });
    if (answer.status === status) return fieldOf(answer, 'location');
    throw new Error(`${method} ${path} was answered with ${answer.head}\n${answer.body}`);
  }
}

function plain({ digest, size }: Blob): Part {
  return { digest, size };
}

async function pushAll(clients: readonly Client[]): Promise<PushReport> {
  const before = process.cpuUsage();
  const start = performance.now();
  const pushed = await Promise.all(clients.map((client) => client.push()));
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return {
    seconds,
    processorSeconds: (user + system) / 1e6,
    requests: pushed.reduce((sum, { requests }) => sum + requests, 0),
    slowest: Math.max(...pushed.map(({ milliseconds }) => milliseconds / 1e3)),
    fastest: Math.min(...pushed.map(({ milliseconds }) => milliseconds / 1e3)),
  };
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value ?? '') as PushOrder;
const clients = Array.from(
  { length: order.clients },
  (_, index) => new Client(order, `${order.repository}-${index}`),
);
process.stdout.write('ready\n');
if ((await lines.next()).done !== true) {
  const report = await pushAll(clients);
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());
}
