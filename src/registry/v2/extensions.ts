import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { isReading, methodNotAllowed } from './methods.js';

/** What a registry has beside the specification, in the form of its extensions document. */
interface Extension {
  /** As in paths; begins with an underscore. */
  readonly name: string;
  readonly description: string;
  /** Where it is documented. */
  readonly url: string;
  /** Paths below `/v2/`. */
  readonly endpoints: readonly string[];
}

const EXTENSIONS: readonly Extension[] = [
  {
    name: '_oci',
    description: 'tells which extensions there are',
    url: 'https://github.com/opencontainers/distribution-spec/blob/main/extensions/_oci.md',
    endpoints: ['_oci/ext/discover'],
  },
  {
    name: '_dockgate',
    description: 'starts a clean-up and tells what it does',
    url: 'https://github.com/opencontainers/distribution-spec/blob/main/extensions/README.md',
    endpoints: ['_dockgate/gc'],
  },
];

const BODY = JSON.stringify({ extensions: EXTENSIONS });

/** Lists the extensions at `/v2/_oci/ext/discover` (OCI Distribution §Extensions). */
export function answerExtensions(exchange: Exchange): Reply {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) },
    body: BODY,
  };
}
