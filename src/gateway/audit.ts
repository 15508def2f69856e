import type { Operation } from '../access/operation.js';
import type { HtpasswdFile } from '../htpasswd/index.js';
import type { ExchangeAudit } from '../http/corridor.js';
import type { Transaction } from '../http/transaction.js';
import type { Audit } from '../telemetry/audit-event.js';
import { diffUsers, usersChanged } from '../telemetry/audit-users.js';

/** Lets the audit log see the exchanges that change something, and those that somebody lacked a right for. */
export function auditExchanges(audit: Audit): ExchangeAudit {
  return {
    exchange(transaction: Transaction, { needs, image, mount, account }: Operation): void {
      const { id, user, address, way, request, path = '', status, digest } = transaction;
      const need = needs[0];
      const subject = need?.subject;
      audit.request({
        ...{ id, user, address, way, path, status, digest, mount },
        method: request.method ?? '',
        action: image ?? need?.action ?? (account === 'change' ? 'account' : undefined),
        repository: typeof subject === 'string' ? subject : undefined,
      });
    },
  };
}

/** Tells the audit log of users that came, went, or have another password. */
export class UserAudit {
  readonly #audit: Audit;
  readonly #users: Pick<HtpasswdFile, 'entries'>;
  #before: ReadonlyMap<string, string>;

  constructor(audit: Audit, users: Pick<HtpasswdFile, 'entries'>) {
    this.#audit = audit;
    this.#users = users;
    this.#before = this.#stored();
  }

  /** Called after other users, or other passwords, hold. */
  changed(): void {
    const after = this.#stored();
    const change = usersChanged(diffUsers(this.#before, after));
    this.#before = after;
    if (change !== undefined) this.#audit.change(change);
  }

  #stored(): ReadonlyMap<string, string> {
    return new Map([...this.#users.entries].map(([name, { hash }]) => [name, hash.text]));
  }
}
