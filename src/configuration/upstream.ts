import type { UpstreamConfiguration } from './configuration.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** Reads what is known of the upstream, and notes what contradicts it; undefined when there is none. */
export function readUpstream(reader: Reader): UpstreamConfiguration | undefined {
  const address = reader.optional(settings.upstream);
  const ca = reader.optional(settings.upstreamAuthority);
  const passAuthorization = reader.one(settings.passAuthorization);
  const tokens = reader.one(settings.upstreamTokens);
  const connections = reader.one(settings.connections);
  if (address !== undefined) {
    if (ca !== undefined && !address.origin.startsWith('https:')) {
      const [written] = reader.written(settings.upstreamAuthority).flat();
      if (written !== undefined) reader.note(written, 'has no effect: the upstream is not an https:// URL.');
    }
    const [written] = reader.written(settings.upstreamTokens).flat();
    if (tokens && passAuthorization && written !== undefined) {
      reader.note(
        written,
        'cannot be true beside "upstream.passAuthorization": a request has one Authorization.',
      );
    }
    return { ...address, ca, passAuthorization, tokens, connections };
  }
  // A broken URL has its own sentence already.
  if (reader.written(settings.upstream).flat().length > 0) return undefined;
  const { upstreamAuthority, passAuthorization: passes, upstreamTokens, connections: most } = settings;
  for (const setting of [upstreamAuthority, passes, upstreamTokens, most]) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined)
      reader.note(written, 'has no effect without the URL of the upstream: set "upstream.url".');
  }
  return undefined;
}
