import path from 'node:path';
import { settings } from '../../configuration/settings.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryClientCertificates, carryPairs } from '../tls-entry.js';
import type { VirtualHost } from './virtual-host.js';

/** Writes certificates. @param root ServerRoot */
export function carryTls(
  host: VirtualHost,
  main: readonly Directive[],
  root: string,
  isSecure: boolean,
  ledger: Ledger,
): void {
  const own = (name: string): readonly Directive[] => {
    const found = named(host.block, name);
    return found.length > 0 ? found : named(main, name);
  };
  const certificates = own('sslcertificatefile');
  const keys = own('sslcertificatekeyfile');
  const pairs = certificates.flatMap((certificate, index) => {
    const key = keys[index];
    const from = key === undefined ? [certificate] : [certificate, key];
    const [own, its] = [fileOf(certificate, root), fileOf(key ?? certificate, root)];
    if (own !== undefined && its !== undefined) return [{ certificate: own, key: its, from }];
    ledger.warn(certificate, 'This certificate, or its key, is no file, and was left out.');
    ledger.tell(...from);
    return [];
  });
  carryPairs(isSecure ? pairs : [], host.directive, isSecure, ledger);
  for (const one of own('sslcertificatechainfile')) {
    ledger.leave(one, 'The chain stands in the file of the certificate.');
    if (isSecure) {
      ledger.warn(
        one,
        'The chain has to stand in the file of the certificate, behind it: cat CERTIFICATE CHAIN > FILE, and name that one in "tls.pairs".',
      );
    }
  }
}

/** Writes who needs a certificate. */
export function carryClients(host: VirtualHost, root: string, asksPassword: boolean, ledger: Ledger): void {
  const inner = host.block.flatMap((one) => named(one.block, 'sslverifyclient'));
  const verify = [...named(host.block, 'sslverifyclient'), ...inner].find(
    ({ args: [mode = ''] }) => mode.toLowerCase() === 'require',
  );
  const any =
    verify ??
    named(host.block, 'sslverifyclient').find(({ args: [mode = ''] }) => mode.toLowerCase() !== 'none');
  const authority = named(host.block, 'sslcacertificatefile').at(-1);
  const revocations = named(host.block, 'sslcarevocationfile').at(-1);
  carryClientCertificates(
    {
      required: verify !== undefined,
      asked: any !== undefined,
      verify: any,
      authority: fileOf(authority, root),
      revocations: fileOf(revocations, root),
      from: [any, authority, revocations].filter((one) => one !== undefined),
      asksPassword,
    },
    ledger,
  );
  if (verify !== undefined && inner.includes(verify)) {
    ledger.warn(verify, 'Certificates were needed for some paths only. Here they are needed for all.');
  }
  for (const one of inner) ledger.tell(one);
}

/** undefined for what cannot be a path. */
function fileOf(directive: Directive | undefined, root: string): string | undefined {
  const [text = ''] = directive?.args ?? [];
  return isFit(settings.certificate.kind, text) ? path.resolve(root, text) : undefined;
}
