import { readFile } from 'node:fs/promises';
import type { UpstreamServer } from '../../configuration/configuration.js';
import { formatUpstreamPlace } from '../../configuration/values/upstream-server.js';
import { requestOnce, type SingleAnswer } from '../../remote/single-request.js';
import { visible } from '../visible.js';
import { about, type CheckContext, type Findings } from './findings.js';

/** Milliseconds for an answer. */
const PATIENCE = 5000;
/** Milliseconds that two clocks may differ by. */
const SKEW = 60_000;
/** A registry answers so to somebody who has not logged in. */
const GOOD = new Set([200, 401]);

/** Asks every server of the upstream whether it is a registry, and what time it is there. */
export async function checkUpstream(context: CheckContext, found: Findings): Promise<void> {
  const { upstream } = context.configuration;
  if (upstream === undefined) return;
  // A file that cannot be read has its sentence already.
  const ca =
    upstream.ca === undefined ? undefined : await readFile(upstream.ca, 'utf8').catch(() => undefined);
  if (upstream.ca !== undefined && ca === undefined) return;
  const setting = context.written('upstream.servers').length > 0 ? 'upstream.servers' : 'upstream.url';
  const results = await Promise.all(upstream.servers.map((server) => ask(server, ca)));
  for (const [index, { fault, skew }] of results.entries()) {
    const server = upstream.servers[index];
    if (server === undefined) continue;
    const { place, subject } = about(context, setting, index);
    const where = formatUpstreamPlace(server);
    if (fault !== undefined) found.trouble(place, `${subject}: ${where} ${fault}`);
    if (skew !== undefined) found.notice(place, `${subject}: the clock of ${where} is ${skew}`);
  }
}

interface Result {
  readonly fault?: string | undefined;
  readonly skew?: string | undefined;
}

async function ask(server: UpstreamServer, ca: string | undefined): Promise<Result> {
  const send = (path: string): Promise<SingleAnswer> =>
    requestOnce({
      url: new URL(path, server.origin),
      ca,
      socketPath: server.socketPath,
      timeout: PATIENCE,
    });
  try {
    const current = await send('/v2/');
    const skew = skewOf(current);
    if (GOOD.has(current.status)) return { skew };
    // A registry from before 2014.
    const old = await send('/v1/_ping');
    return GOOD.has(old.status) ? { skew } : { skew, fault: unexpected(current) };
  } catch (error) {
    return { fault: explainFailure(error, server) };
  }
}

function unexpected({ status, headers }: SingleAnswer): string {
  if (status >= 300 && status < 400)
    return `answers GET /v2/ with ${status} and sends clients to ${visible(headers['location']?.slice(0, 200) ?? 'nowhere')}. Name the registry itself.`;
  if (status >= 500) return `answers GET /v2/ with ${status}: the registry is not well. Its log tells why.`;
  return `answers GET /v2/ with ${status} and is no registry, or not at this address.`;
}

function skewOf({ headers }: SingleAnswer): string | undefined {
  const there = Date.parse(headers['date'] ?? '');
  const difference = there - Date.now();
  // The header has whole seconds.
  if (Number.isNaN(there) || Math.abs(difference) <= SKEW + 1000) return undefined;
  const minutes = Math.round(Math.abs(difference) / 60_000);
  const direction = difference > 0 ? 'ahead of' : 'behind';
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${direction} this machine's. Tokens and certificates are judged by the clock: let both ask a time server.`;
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: nothing listens there. Is the registry running, and is the port right?',
  ENOTFOUND: 'has a name that is not known. Check it, or the resolver of this machine.',
  EAI_AGAIN: 'has a name that cannot be looked up now. Check the resolver of this machine.',
  ENOENT: 'is not there. Is the registry running, and is the path right?',
  EACCES: 'may not be connected to by this account. Change the owner or the mode of the socket.',
  EHOSTUNREACH: 'cannot be reached: there is no way to that machine.',
  ENETUNREACH: 'cannot be reached: there is no way to that network.',
  ECONNRESET: 'ends the connection without an answer. Does it speak https, or is a firewall between?',
  EPROTO: 'does not speak TLS. Write http:// for a registry without.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS. Write http:// for a registry without.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS. Write http:// for a registry without.',
  UND_ERR_SOCKET: 'ends the connection without an answer. Does it speak https?',
  CERT_HAS_EXPIRED: 'shows a certificate that has ended. Renew it there.',
  CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet. Check the clocks of both machines.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'shows a certificate for other names. Name the registry as its certificate does.',
};

/** What a failure means for whoever wrote the configuration. */
function explainFailure(error: unknown, { origin }: UpstreamServer): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const sentence = sentences[code];
  if (sentence !== undefined) return sentence;
  if (/^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(code))
    return `shows a certificate of an authority that is not trusted (${code}). Name that authority's file in "upstream.ca".`;
  if (/^HPE_/.test(code) && origin.startsWith('http:'))
    return 'does not answer in HTTP. Does it speak https?';
  if (/^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/.test(code) || cause instanceof DOMException)
    return `does not answer within ${PATIENCE / 1000} seconds. Is a firewall between?`;
  return `cannot be asked (${code || (cause instanceof Error ? cause.message : String(cause))}).`;
}
