import { settings } from '../configuration/settings.js';
import type { Directive } from './directive.js';
import { isFit } from './fit.js';
import type { Ledger } from './ledger.js';

/** An address that is listened on. */
export interface ListenLine {
  /** `HOST:PORT`, with `0.0.0.0` or `[::]` for everywhere. */
  readonly address: string;
  readonly from: Directive;
}

interface Otherwise {
  readonly directive: Directive | undefined;
  /** Where it is listened when no line says so; undefined: that is not known. */
  readonly fallback: string | undefined;
}

/** Writes the addresses. */
export function carryListen(lines: readonly ListenLine[], otherwise: Otherwise, ledger: Ledger): void {
  const known = new Map<string, Directive>();
  for (const { address, from } of lines) {
    ledger.tell(from);
    if (!isFit(settings.listen.kind, address))
      ledger.warn(from, 'This address cannot be listened on here. It was left out.');
    else if (!known.has(address)) known.set(address, from);
  }
  // `[::]` takes IPv4 as well on most machines, and the port cannot be taken twice.
  const doubled = [...known.keys()].filter(
    (address) => known.has(address.replace(/^0\.0\.0\.0:/, '[::]:')) && address.startsWith('0.0.0.0:'),
  );
  for (const address of doubled) known.delete(address);
  const addresses = [...known.keys()];
  const [first] = addresses;
  if (first === undefined) {
    if (otherwise.fallback !== undefined) {
      ledger.carry('listen', otherwise.fallback, [], 'Nothing says where to listen, which is this address.');
    }
    ledger.warn(otherwise.directive, 'Look at "listen": no address with TLS was found.');
    return;
  }
  const onlyNew = addresses.filter(
    (address) => address.startsWith('[::]:') && !doubled.includes(address.replace('[::]', '0.0.0.0')),
  );
  if (onlyNew.length > 0) {
    ledger.warn(
      known.get(onlyNew[0] ?? ''),
      'It took IPv6 only. Here "[::]" takes IPv4 too, on most machines: name an address in its place if it must not.',
    );
  }
  const remark = doubled.length > 0 ? '"[::]" takes IPv4 too, on most machines.' : '';
  ledger.carry('listen', addresses.length === 1 ? first : addresses, [...known.values()], remark);
}
