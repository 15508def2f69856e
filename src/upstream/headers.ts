/**
 * Fields that concern one connection only (RFC 9110 §7.6.1), those that the gateway sets or answers itself, and those by
 * which a front end tells who asks or for what, which a client must not.
 */
const NOT_FORWARDED = new Set([
  'connection',
  'expect',
  'forwarded',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'remote-user',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-url',
  'x-real-ip',
  'x-remote-user',
  'x-rewrite-url',
]);

/** Never removed for being named in `Connection`: the client must not be able to choose what the upstream learns. */
const NOT_REMOVABLE = new Set(['host', 'content-length', 'authorization']);

/**
 * Fields of a reply that concern the upstream's connection only (RFC 9110 §7.6.1), and those that tell what stands behind
 * the gateway, which helps nobody but whoever looks for its weaknesses.
 */
const NOT_RETURNED = new Set([
  'connection',
  'keep-alive',
  'server',
  'via',
  'x-aspnet-version',
  'x-aspnetmvc-version',
  'x-generator',
  'x-powered-by',
  'proxy-authenticate',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** What docker-registry tells of itself. Engines read it with a name only; what they want of a stranger's ping is the other field. */
const FOR_USERS = new Set(['x-docker-registry-config', 'x-docker-registry-version']);

/** Who asks, as the upstream is told. */
export interface ForwardedClient {
  /** The client's address, as far as it can be trusted. */
  readonly address: string;
  /** Value of `X-Forwarded-For`. */
  readonly chain: string;
  readonly protocol: string;
  /** Value of `X-Forwarded-Host`. */
  readonly host: string;
}

/**
 * The header fields of the request to the upstream.
 *
 * @param fields names in lower case and values in turn
 * @param connection option names of the client's `Connection` field
 * @param authorization goes upstream in place of the client's
 */
export function requestFields(
  fields: readonly string[],
  connection: readonly string[],
  client: ForwardedClient,
  passAuthorization: boolean,
  authorization?: string,
): string[] {
  const forwarded: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    if (NOT_FORWARDED.has(name) || name.startsWith('x-forwarded-')) continue;
    if (name === 'authorization' && (!passAuthorization || authorization !== undefined)) continue;
    if (connection.length > 0 && connection.includes(name) && !NOT_REMOVABLE.has(name)) continue;
    forwarded.push(name, fields[index + 1] as string);
  }
  forwarded.push(
    'x-real-ip',
    client.address,
    'x-forwarded-for',
    client.chain,
    'x-forwarded-proto',
    client.protocol,
    'x-forwarded-host',
    client.host,
  );
  if (authorization !== undefined) forwarded.push('authorization', authorization);
  return forwarded;
}

/**
 * The header fields of an upstream's reply that are the client's as well, names and values in turn.
 *
 * @param isStranger whether nobody knows who the client is
 */
export function replyFields(
  headers: Record<string, string | string[] | undefined>,
  isStranger: boolean,
): string[] {
  const named = headers['connection'];
  const connection = named === undefined ? '' : String(named).toLowerCase();
  const options =
    connection === '' || connection === 'keep-alive' ? undefined : connection.split(/[ \t]*,[ \t]*/);
  const returned: string[] = [];
  for (const name in headers) {
    if (NOT_RETURNED.has(name) || options?.includes(name) === true) continue;
    if (isStranger && FOR_USERS.has(name)) continue;
    const value = headers[name];
    if (typeof value === 'string') returned.push(name, value);
    else if (value !== undefined) for (const line of value) returned.push(name, line);
  }
  return returned;
}

/** Says whose part the request is of (W3C Trace Context §2), in place of what the client said. */
export function tracedFields(
  fields: readonly string[],
  { traceparent, tracestate }: { readonly traceparent: string; readonly tracestate: string | undefined },
): string[] {
  const traced: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? '';
    if (name !== 'traceparent' && name !== 'tracestate') traced.push(name, fields[index + 1] ?? '');
  }
  traced.push('traceparent', traceparent);
  if (tracestate !== undefined) traced.push('tracestate', tracestate);
  return traced;
}
