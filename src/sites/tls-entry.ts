import { type Directive, placeText } from './directive.js';
import type { Ledger } from './ledger.js';

/** A certificate, its key, and what named them. */
export interface PairLine {
  readonly certificate: string;
  readonly key: string;
  readonly from: readonly Directive[];
}

/** Writes the pairs, or says that there are none. @param isSecure TLS was spoken */
export function carryPairs(
  pairs: readonly PairLine[],
  subject: Directive | undefined,
  isSecure: boolean,
  ledger: Ledger,
): void {
  if (pairs.length > 0) {
    const items = pairs.map(({ certificate, key, from }) => {
      ledger.tell(...from);
      return {
        value: { certificate, key },
        remark: from.map((one) => `${placeText(one)} ${one.title}`).join(', '),
      };
    });
    ledger.carryList('tls.pairs', items, '');
    return;
  }
  ledger.warn(
    subject,
    isSecure
      ? 'No certificate was found that can be used. dockgate makes one of its own authority (docs/certificates.md).'
      : 'This site spoke plain HTTP, so that everybody on the way could read passwords. dockgate speaks HTTPS, with a certificate of its own authority (docs/certificates.md). Only if something in front of it ends TLS, write "insecureHttp: true" and name that in "trustedProxies".',
  );
}

/** What is known of certificates of clients. */
export interface ClientLine {
  /** A request without a valid one was refused. */
  readonly required: boolean;
  /** A certificate could be shown. */
  readonly asked: boolean;
  /** What says so. */
  readonly verify: Directive | undefined;
  readonly authority: string | undefined;
  readonly revocations: string | undefined;
  readonly from: readonly Directive[];
  /** A password was needed as well. */
  readonly asksPassword: boolean;
}

/**
 * Writes who needs a certificate. Here the certificate of a client can stand for a password, there it never did: where both
 * were needed, names are taken from a part that certificates hardly ever have.
 */
export function carryClientCertificates(line: ClientLine, ledger: Ledger): void {
  const { required, asked, verify, authority, revocations, from, asksPassword } = line;
  if (!asked) {
    for (const one of from) ledger.leave(one, 'No certificates of clients were asked for.');
    if (required) throw new RangeError('what is not asked for cannot be needed');
    return;
  }
  if (!required) {
    const why =
      'Clients could show a certificate, and nothing hung on it. Here it would stand for a password, so that none is asked for; "tls.clientCa" does.';
    for (const one of from) ledger.leave(one, why);
    ledger.warn(
      verify,
      'Certificates of clients were optional and decided nothing that is known here. They are not asked for.',
    );
    return;
  }
  ledger.tell(...from);
  if (authority === undefined) {
    ledger.warn(
      verify,
      'Clients needed a certificate, and the file of its authorities is not known. "tls.clientCa" names a file that is not there, so that dockgate does not start: put in the right one.',
    );
  }
  ledger.carry('tls.clientCa', authority ?? './authorities-of-clients-are-missing.pem', from, '');
  ledger.carry('tls.clientAuth', 'required', [], '');
  if (asksPassword) {
    ledger.carry(
      'tls.clientName',
      'uri',
      [],
      'A password is needed beside the certificate: a certificate that names nobody only opens the connection. Those of your clients must have no URI in them.',
    );
    ledger.warn(
      verify,
      'A certificate and a password were needed. Here a certificate that names a user stands for the password, so that the name is taken from its URI, which it should not have. Look whether your certificates have one (subjectAltName URI).',
    );
  }
  if (revocations !== undefined) ledger.carry('tls.clientCrl', revocations, [], '');
}
