import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { UpstreamConfiguration, UpstreamServer } from '../../src/configuration/configuration.js';
import type { Failure } from '../../src/exchange/failure.js';
import type { Call } from '../../src/http/call.js';
import { parseTarget } from '../../src/routing/target.js';
import { type Authorize, Upstream } from '../../src/upstream/upstream.js';
import { afterwards } from '../harness/afterwards.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';

/** A server as the configuration has it. */
export function serverAt(origin: string, more: Partial<UpstreamServer> = {}): UpstreamServer {
  return { origin, socketPath: undefined, weight: 1, backup: false, ...more };
}

/** Servers that say who they are. */
export function startRecorders(test: TestContext, count: number): Promise<Recorder[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      startRecorder(test, (request, response) => {
        request.resume();
        request.on('end', () => response.end(String(index)));
      }),
    ),
  );
}

/** How often each was asked. */
export function counts(recorders: readonly Recorder[]): number[] {
  return recorders.map(({ requests }) => requests.length);
}

/** An upstream without the gateway's front. */
export interface DirectUpstream {
  readonly upstream: Upstream;
  /** Lines of its log. */
  readonly lines: readonly Record<string, unknown>[];
  /** Sends a request without a body. */
  send(path: string, more?: Partial<Call>): Promise<DirectReply>;
}

export interface DirectReply {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly text: string;
}

export interface DirectOptions extends Partial<Omit<UpstreamConfiguration, 'servers'>> {
  readonly servers: readonly UpstreamServer[];
  readonly authorize?: Authorize;
  readonly now?: () => number;
}

/** Opens one for one test, and closes it after. */
export function openUpstream(test: TestContext, options: DirectOptions): DirectUpstream {
  const { authorize, now, ...configuration } = options;
  const lines: Record<string, unknown>[] = [];
  const upstream = new Upstream({
    configuration: {
      maximumFailures: 1,
      failTimeout: 10_000,
      ca: undefined,
      passAuthorization: true,
      tokens: false,
      connections: 4,
      ...configuration,
    },
    ca: undefined,
    hostnames: [],
    seal: { sealing: () => () => undefined },
    endpoints: [],
    timeouts: { headers: 9000, idle: 9000, keepAlive: 9000, connect: 9000, firstByte: 9000, grace: 9000 },
    logger: pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }),
    authorize,
    ...(now === undefined ? {} : { now }),
  });
  afterwards(test, () => upstream.close());
  const send = (path: string, more: Partial<Call> = {}): Promise<DirectReply> =>
    new Promise((resolve) => {
      let status = 0;
      let headers: readonly string[] = [];
      let text = '';
      const delivery = {
        id: 'test',
        user: 'alice',
        request: { method: 'GET' },
        get begun(): boolean {
          return status !== 0;
        },
        begin: (code: number, fields: readonly string[]) => {
          status = code;
          headers = fields;
        },
        write: (chunk: Buffer) => {
          text += chunk.toString();
          return true;
        },
        end: () => resolve({ status, headers, text }),
        send: (reply: { status: number }) => resolve({ status: reply.status, headers: [], text }),
        fail: (failure: Failure) =>
          resolve({ status: failure.status, headers: Object.keys(failure.headers), text: failure.message }),
      };
      const call = {
        delivery,
        head: { fields: ['authorization', 'Basic c2VjcmV0'], connection: [], hasBody: false, host: 'h' },
        target: parseTarget(path),
        client: { address: '127.0.0.1', chain: '127.0.0.1', protocol: 'https', host: 'h' },
        origin: 'https://h',
        ...more,
      };
      upstream.answer(call as unknown as Call);
    });
  return { upstream, lines, send };
}
