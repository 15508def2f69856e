import type { EngineImage } from './push.js';
import type { Exchanged } from './transport.js';
import { GO_USER_AGENT } from './version.js';

/** What stands for things that differ from run to run. */
export interface TranscriptNames {
  readonly port: number;
  /** Names by id. */
  readonly images: ReadonlyMap<string, string>;
}

/** Names for the images of a push: `image-0` is the base. */
export function namesOf(port: number, images: readonly EngineImage[]): TranscriptNames {
  return { port, images: new Map(images.map(({ id }, at) => [id, `image-${at}`])) };
}

function plain(text: string, names: TranscriptNames): string {
  let named = text.replaceAll(`localhost:${names.port}`, 'HOST:PORT');
  for (const [id, name] of names.images) named = named.replaceAll(id, name);
  return named;
}

function authority(value: string | undefined): string {
  if (value === undefined) return 'anonymous';
  if (value === 'Basic Og==') return 'Basic of nobody';
  return value.split(' ', 1)[0] ?? '';
}

function asked({ sent, method, path }: Exchanged): string {
  const marks = [authority(sent['authorization'])];
  if (sent['user-agent'] === GO_USER_AGENT) marks.push('as Go');
  for (const name of ['content-type', 'x-docker-token', 'x-docker-endpoints', 'range']) {
    const value = sent[name];
    if (value !== undefined) marks.push(`${name}: ${value}`);
  }
  if ('transfer-encoding' in sent) marks.push('chunked');
  if ('x-docker-checksum' in sent) marks.push('both checksums');
  return `${method} ${path} (${marks.join('; ')})`;
}

function answered({ status, headers, body, method, path }: Exchanged, names: TranscriptNames): string {
  const marks: string[] = [];
  for (const name of [
    'x-docker-registry-standalone',
    'x-docker-endpoints',
    'x-docker-size',
    'x-docker-checksum-payload',
    'accept-ranges',
    'content-range',
  ]) {
    const value = headers[name];
    if (value !== undefined) marks.push(`${name}: ${value}`);
  }
  const token = headers['x-docker-token'];
  // Who signs it and how is not the engine's business; that it names repository and access is.
  if (token !== undefined) {
    marks.push(`token: ${/repository="[^"]*",access=\w+/.exec(String(token))?.[0] ?? 'unreadable'}`);
  }
  const isBytes = path.endsWith('/layer') && method === 'GET';
  const named = isBytes ? '' : plain(body.toString(), names);
  const text = isBytes || named.length > 120 ? `${body.length} bytes` : named;
  return `${status} ${text}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}`;
}

/** What was asked and answered, a line each, with all that an engine and a registry go by. */
export function transcript(exchanges: readonly Exchanged[], names: TranscriptNames): string[] {
  return exchanges.map((one) => plain(`${asked(one)} -> ${answered(one, names)}`, names));
}
