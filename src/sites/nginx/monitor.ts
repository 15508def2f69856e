import { named } from '../directive.js';
import type { Ledger } from '../ledger.js';
import { allLocations, type Location } from './location.js';

/** Writes a listener for numbers where nginx had a page with them. */
export function carryMonitor(locations: readonly Location[], ledger: Ledger): void {
  for (const { scope, directive } of allLocations(locations)) {
    const [status] = named(scope.block, 'stub_status');
    if (status === undefined) continue;
    if (!ledger.entries.some(({ path }) => path[0] === 'monitor')) {
      ledger.carry(
        'monitor.listen',
        '127.0.0.1:9145',
        [status],
        'The numbers are at /metrics of a listener of their own, in the form of Prometheus, beside /healthz and /readyz.',
      );
    }
    ledger.tell(directive, status, ...scope.block);
  }
}
