import type { RunningExchange } from '../../monitor/status.js';
import type { Interval } from './reading.js';

/** A request that is under way, and how fast it moves. */
export interface TransferFigures extends RunningExchange {
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

/** All that somebody has under way. */
export interface UserFigures {
  /** undefined: strangers, and those of whom it is not known yet. */
  readonly user: string | undefined;
  readonly transfers: number;
  readonly bytes: number;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

/** What transfers are shown by. */
export type Order = 'rate' | 'bytes' | 'time' | 'user';

/** The transfers at the end of an interval. One that has begun in it has had its bytes in it. */
export function transferFigures({ before, after, seconds }: Interval): TransferFigures[] {
  const earlier = new Map((before.status?.exchanges ?? []).map((exchange) => [keyOf(exchange), exchange]));
  return (after.status?.exchanges ?? []).map((exchange) => {
    const known = earlier.get(keyOf(exchange));
    return {
      ...exchange,
      receivedPerSecond: Math.max(0, exchange.received - (known?.received ?? 0)) / seconds,
      sentPerSecond: Math.max(0, exchange.sent - (known?.sent ?? 0)) / seconds,
    };
  });
}

/** The busiest first. */
export function userFigures(transfers: readonly TransferFigures[]): UserFigures[] {
  const users = new Map<string | undefined, UserFigures>();
  for (const { user, received, sent, receivedPerSecond, sentPerSecond } of transfers) {
    const known = users.get(user);
    users.set(user, {
      user,
      transfers: (known?.transfers ?? 0) + 1,
      bytes: (known?.bytes ?? 0) + received + sent,
      receivedPerSecond: (known?.receivedPerSecond ?? 0) + receivedPerSecond,
      sentPerSecond: (known?.sentPerSecond ?? 0) + sentPerSecond,
    });
  }
  return [...users.values()].sort((one, other) => speedOf(other) - speedOf(one) || other.bytes - one.bytes);
}

/** The transfers in an order that a person has chosen. */
export function ordered(transfers: readonly TransferFigures[], order: Order): TransferFigures[] {
  return transfers.toSorted((one, other) => {
    switch (order) {
      case 'bytes':
        return other.received + other.sent - one.received - one.sent;
      case 'time':
        return other.seconds - one.seconds;
      case 'user':
        return (one.user ?? '').localeCompare(other.user ?? '') || speedOf(other) - speedOf(one);
      default:
        return speedOf(other) - speedOf(one);
    }
  });
}

function speedOf(moving: Pick<UserFigures, 'receivedPerSecond' | 'sentPerSecond'>): number {
  return moving.receivedPerSecond + moving.sentPerSecond;
}

/** Ids are those of a process. */
function keyOf({ worker, id }: RunningExchange): string {
  return `${worker ?? ''} ${id}`;
}
