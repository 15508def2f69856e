import type { Logger } from 'pino';
import type { Delivery } from '../http/delivery.js';
import { loggedTarget } from './logged-target.js';

/** Writes one line for an exchange whose last byte is gone. Never a header: a header can hold a password. */
export function logAccess(logger: Logger, delivery: Delivery, id: string, now: number): void {
  logger.info(
    {
      id,
      user: delivery.user,
      client: delivery.address,
      method: delivery.request.method,
      target: loggedTarget(delivery.request.url ?? '', delivery.path !== undefined),
      status: delivery.status,
      received: delivery.request.received,
      sent: delivery.sent,
      ms: Math.round((now - delivery.startedAt) * 100) / 100,
      upstreamMs:
        delivery.upstreamMilliseconds === undefined
          ? undefined
          : Math.round(delivery.upstreamMilliseconds * 100) / 100,
      outcome: delivery.outcome,
      tls: delivery.connection.tlsVersion,
    },
    'request',
  );
}
