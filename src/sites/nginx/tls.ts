import path from 'node:path';
import { settings } from '../../configuration/settings.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryClientCertificates, carryPairs } from '../tls-entry.js';
import { asksForCertificate, endingStatus } from './condition.js';
import type { Scope } from './scope.js';

/** Writes certificates. @param prefix directory that paths are relative to. @param isSecure nginx spoke TLS */
export function carryTls(server: Scope, prefix: string, isSecure: boolean, ledger: Ledger): void {
  const certificates = server.inherited('ssl_certificate');
  const keys = server.inherited('ssl_certificate_key');
  const at = (directive: Directive | undefined): string => path.resolve(prefix, directive?.args[0] ?? '');
  const pairs = certificates.flatMap((certificate, index) => {
    const key = keys[index];
    if (key === undefined || !isFile(certificate) || !isFile(key)) {
      ledger.warn(certificate, 'This certificate has no key in a file beside it, and was left out.');
      ledger.tell(certificate, ...(key === undefined ? [] : [key]));
      return [];
    }
    return [{ certificate: at(certificate), key: at(key), from: [certificate, key] }];
  });
  carryPairs(isSecure ? pairs : [], server.directive, isSecure, ledger);
  if (!isSecure) for (const one of [...certificates, ...keys]) ledger.leave(one, 'No port of it spoke TLS.');
}

/** Writes who needs a certificate. @param asksPassword a password is asked for as well */
export function carryClients(server: Scope, prefix: string, asksPassword: boolean, ledger: Ledger): void {
  const verify = server.one('ssl_verify_client');
  const authority = server.one('ssl_client_certificate');
  const revocations = server.one('ssl_crl');
  const conditions = named(server.block, 'if').filter(
    (one) => asksForCertificate(one) && (endingStatus(one) ?? 0) >= 400,
  );
  const mode = verify?.args[0] ?? 'off';
  ledger.tell(...conditions);
  carryClientCertificates(
    {
      required: mode === 'on' || (mode !== 'off' && conditions.length > 0),
      asked: mode !== 'off',
      verify: verify ?? conditions[0],
      authority: fileOf(authority, prefix),
      revocations: fileOf(revocations, prefix),
      from: [verify, authority, revocations].filter((one) => one !== undefined),
      asksPassword,
    },
    ledger,
  );
}

function fileOf(directive: Directive | undefined, prefix: string): string | undefined {
  return directive === undefined || !isFile(directive)
    ? undefined
    : path.resolve(prefix, directive.args[0] ?? '');
}

/** Not `data:...`, `engine:...` or a name with variables. */
function isFile({ args: [text = ''] }: Directive): boolean {
  return !/^(?:data|engine|store):|\$/.test(text) && isFit(settings.certificate.kind, text);
}
