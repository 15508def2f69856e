import { Outlet, reasonOf } from '../outlet.js';
import { type Destination, loaded } from './destination.js';
import type { CrashReport } from './presentable.js';
import type { Scrubber } from './scrubber.js';

export interface SentryOptions {
  readonly dsn: string;
  readonly stage: string;
  readonly version: string;
  readonly scrubber: Scrubber;
}

type Library = typeof import('@sentry/core') & typeof import('@sentry/core/server');
type Client = InstanceType<Library['ServerRuntimeClient']>;
type Envelope = Parameters<Library['serializeEnvelope']>[0];

/** Identifiers that the library makes of random bits, and what it needs to be told apart by. */
const KEPT = new Set(['event_id', 'trace_id', 'span_id', 'parent_span_id', 'sent_at', 'timestamp']);

/**
 * Tells Sentry, or what speaks its protocol. Its core makes the report, without any of its integrations but the one for
 * causes; we send it, because then nothing leaves that was not scrubbed, and no request waits without bound.
 *
 * @throws {ConfigurationError} when @sentry/core is not installed
 */
export async function openSentry({ dsn, stage, version, scrubber }: SentryOptions): Promise<Destination> {
  const library: Library = await loaded('@sentry/core', 'crashReports.sentry', async () => ({
    ...(await import('@sentry/core')),
    ...(await import('@sentry/core/server')),
  }));
  const sending = new Set<Promise<void>>();
  const { origin, pathname, search } = new URL(ingestOf(library, dsn));
  const outlet = new Outlet(origin);

  /** @throws when it was not taken */
  async function post(envelope: Envelope): Promise<void> {
    const clean = scrubber.data(envelope, KEPT, 14) as Envelope;
    const headers = { 'content-type': 'application/x-sentry-envelope', 'user-agent': `dockgate/${version}` };
    const body = library.serializeEnvelope(clean);
    const { status } = await outlet.post(pathname + search, headers, body).catch((error: unknown) => {
      throw new Error(reasonOf(error));
    });
    if (status >= 300) throw new Error(`status ${status}`);
  }

  const client: Client = new library.ServerRuntimeClient({
    dsn,
    environment: stage,
    release: `dockgate@${version}`,
    platform: 'node',
    runtime: { name: 'node', version: process.version },
    integrations: [library.linkedErrorsIntegration()],
    stackParser: library.createStackParser(library.nodeStackLineParser()),
    sendClientReports: false,
    maxBreadcrumbs: 0,
    traceLifecycle: 'static',
    transport: () => ({
      send: async (envelope: Envelope) => {
        const sent = post(envelope);
        sending.add(sent);
        await sent.catch(() => undefined);
        return {};
      },
      flush: async () => true,
    }),
  });
  client.init();

  return {
    name: 'Sentry',
    async send({ error, details }: CrashReport): Promise<void> {
      const scope = new library.Scope();
      scope.setContext('dockgate', details);
      for (const tag of ['request', 'route', 'worker'])
        if (details[tag] !== undefined) scope.setTag(tag, details[tag]);
      client.captureException(error, { originalException: error }, scope);
      await client.flush(0);
      const sent = [...sending];
      sending.clear();
      await Promise.all(sent);
    },
    close: () => outlet.close(),
  };
}

/** The URL that reports go to, with the public key in its query as the protocol wants it. */
function ingestOf(library: Library, dsn: string): string {
  const parts = library.makeDsn(dsn);
  if (parts === undefined) throw new TypeError('the DSN of Sentry cannot be read');
  return library.getEnvelopeEndpointWithUrlEncodedAuth(parts);
}
