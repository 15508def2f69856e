/** The names under which the registry may think it is reached, and the one that clients use. */
export interface LocationNames {
  /** Hosts and ports of the upstream's servers; one may name another, where they share a configuration. */
  readonly servers: readonly Pick<URL, 'hostname' | 'port'>[];
  /** Names that clients use for the gateway. */
  readonly hostnames: readonly string[];
}

/**
 * Makes a `Location` right that the upstream got wrong (RFC 9110 §10.2.2): registries behind TLS name `http`, their
 * own host, or forget the port. References to other hosts, such as an object store, are left as they are.
 *
 * @param location as the upstream sent it
 * @param origin the origin by which the client reached the gateway
 */
export function correctLocation(location: string, origin: string, names: LocationNames): string {
  if (location.startsWith(`${origin}/`)) return location;
  // One old client cannot follow a relative reference, and every client can follow an absolute one.
  if (location.startsWith('/') && !location.startsWith('//')) return origin + location;
  if (!/^https?:\/\//i.test(location) || !URL.canParse(location)) return location;
  const url = new URL(location);
  const own = new URL(origin);
  const isOwnName = url.hostname === own.hostname || names.hostnames.includes(url.hostname);
  const isUpstreamName = names.servers.some(({ hostname }) => hostname === url.hostname);
  if (!isOwnName && !isUpstreamName) return location;
  // An object store may share the host under another port; only the registry's own paths are surely the registry's.
  const isRegistryPath = /^\/v[12](?:\/|$)/.test(url.pathname);
  const isKnownPort =
    (isOwnName && url.port === own.port) ||
    names.servers.some(({ hostname, port }) => hostname === url.hostname && port === url.port);
  if (!isRegistryPath && !isKnownPort) return location;
  return location.replace(/^https?:\/\/[^/?#]*/i, origin);
}
