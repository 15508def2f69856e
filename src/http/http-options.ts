import type { ServerOptions } from 'node:http';
import type { Timeouts } from '../configuration/configuration.js';
import { Incoming } from './incoming.js';
import { MAXIMUM_HEADER_BYTES } from './raw-refusal.js';

/** Milliseconds between two looks for connections whose headers are late. */
const HEADERS_CHECK = 1_000;

/** The same limits and timers with and without TLS. */
export function httpOptions(timeouts: Timeouts): ServerOptions {
  return {
    // The types want a class of requests that nobody extends.
    IncomingMessage: Incoming as unknown as NonNullable<ServerOptions['IncomingMessage']>,
    maxHeaderSize: MAXIMUM_HEADER_BYTES,
    requireHostHeader: false,
    requestTimeout: 0,
    headersTimeout: timeouts.headers,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: HEADERS_CHECK,
  };
}
