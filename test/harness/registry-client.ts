import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { AUTHORIZATION } from './gateway.js';

/** A reply that has come in full. */
export interface WholeReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a request has beside its method and path. */
export interface ClientRequest {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Where a registry answers over TLS. */
export interface RegistryAddress {
  readonly port: number;
  /** The authority's certificate in PEM. */
  readonly ca: string;
}

const OCTETS = 'application/octet-stream';

/** `sha256:<hex>` of some content. */
export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The code of an error reply in OCI form; undefined when the reply is not one. */
export function errorCode({ body, headers }: WholeReply): string | undefined {
  if (!String(headers['content-type']).startsWith('application/json')) return undefined;
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code?: string }[] };
    return errors?.[0]?.code;
  } catch {
    return undefined;
  }
}

/** A client of a registry that speaks the protocol as docker does, over connections that are kept. */
export class RegistryClient {
  readonly #address: RegistryAddress;
  readonly #agent = new Agent({ keepAlive: true });
  /** Requests whose reply has come in full. */
  answered = 0;

  constructor(address: RegistryAddress) {
    this.#address = address;
  }

  /** Sends a request. Rejects when the connection ends before the whole reply is there. */
  send(method: string, path: string, { headers = {}, body }: ClientRequest = {}): Promise<WholeReply> {
    const { port, ca } = this.#address;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port,
          path,
          method,
          ca,
          agent: this.#agent,
          headers: {
            host: `localhost:${port}`,
            authorization: AUTHORIZATION,
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            this.answered += 1;
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Uploads a blob with one request (OCI end-4b). */
  pushBlob(repository: string, content: string | Uint8Array): Promise<WholeReply> {
    const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(content)}`;
    return this.send('POST', path, { headers: { 'content-type': OCTETS }, body: content });
  }

  /** Begins an upload (OCI end-4a). @returns the path where it goes on, or the reply that refuses it. */
  async beginUpload(repository: string): Promise<string | WholeReply> {
    const reply = await this.send('POST', `/v2/${repository}/blobs/uploads/`);
    return reply.status === 202 ? locationOf(reply) : reply;
  }

  /** Sends a chunk to an upload (OCI end-5). */
  sendChunk(location: string, chunk: Uint8Array, offset: number): Promise<WholeReply> {
    const range = `${offset}-${offset + chunk.length - 1}`;
    return this.send('PATCH', location, {
      headers: { 'content-type': OCTETS, 'content-range': range },
      body: chunk,
    });
  }

  /** Ends an upload (OCI end-6), with a last chunk or none. */
  endUpload(location: string, digest: string, chunk: Uint8Array = Buffer.alloc(0)): Promise<WholeReply> {
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
    return this.send('PUT', path, { headers: { 'content-type': OCTETS }, body: chunk });
  }

  /** Uploads a blob in chunks of a size. @returns the last reply. */
  async pushChunks(repository: string, content: Uint8Array, size: number): Promise<WholeReply> {
    const begun = await this.beginUpload(repository);
    if (typeof begun !== 'string') return begun;
    let location = begun;
    for (let start = 0; start < content.length; start += size) {
      const reply = await this.sendChunk(location, content.subarray(start, start + size), start);
      if (reply.status !== 202) return reply;
      location = locationOf(reply);
    }
    return this.endUpload(location, sha256(content));
  }

  /** Lets a repository hold what another holds (OCI end-11). 201 when it does, 202 when an upload was begun instead. */
  mount(repository: string, digest: string, from: string): Promise<WholeReply> {
    return this.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`);
  }

  /** Puts a manifest under a tag or its digest (OCI end-7). */
  putManifest(repository: string, reference: string, manifest: string): Promise<WholeReply> {
    const { mediaType } = JSON.parse(manifest) as { mediaType: string };
    const path = `/v2/${repository}/manifests/${reference}`;
    return this.send('PUT', path, { headers: { 'content-type': mediaType }, body: manifest });
  }

  getManifest(repository: string, reference: string): Promise<WholeReply> {
    return this.send('GET', `/v2/${repository}/manifests/${reference}`);
  }

  getBlob(repository: string, digest: string): Promise<WholeReply> {
    return this.send('GET', `/v2/${repository}/blobs/${digest}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The path of a `Location`, which may be absolute. */
export function locationOf({ headers }: WholeReply): string {
  const { pathname, search } = new URL(String(headers.location), 'https://localhost');
  return pathname + search;
}
