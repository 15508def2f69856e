import type { Configuration } from '../../configuration/configuration.js';
import { Authority, authorityNamePrefix } from '../../tls/authority.js';
import { nameOf, parseChain, validityOf } from '../../tls/certificate-chain.js';
import { authorityFiles, serverFiles } from '../../tls/certificate-files.js';
import { ClientTrust } from '../../tls/client-trust.js';
import { exists, read } from '../../tls/directory.js';
import { loadPair, noticeDays, type Pair, uncovered } from '../../tls/pair.js';
import { daysBetween, formatMoment } from '../../tls/pair-problem.js';
import { parsePrivateKey } from '../../tls/private-key.js';
import type { Findings } from './findings.js';

/** Looks at the operator's own pairs: whole, valid now, for the names of the configuration. */
export async function checkOwnPairs(
  { pairs, hostnames }: Configuration,
  now: number,
  found: Findings,
): Promise<void> {
  const loaded: Pair[] = [];
  for (const files of pairs) {
    await found.collect(async () => {
      loaded.push(await loadPair(files, { now }));
    });
  }
  for (const warning of loaded.flatMap((pair) => pair.warnings)) found.notice(undefined, warning);
  // A broken pair has its own sentence; which names are missing is known only when all are whole.
  if (pairs.length > 0 && loaded.length === pairs.length)
    found.problems.push(...uncovered(loaded, hostnames));
}

/** Looks at what is in the directory of dockgate's own certificates. What is missing, or due, a start makes anew. */
export async function checkMadePair(
  { certs, hostnames }: Pick<Configuration, 'certs' | 'hostnames'>,
  now: number,
  found: Findings,
): Promise<void> {
  const [ca, server] = [authorityFiles(certs), serverFiles(certs)];
  const [hasAuthority, hasAuthorityKey] = [await exists(ca.certificate), await exists(ca.key)];
  const authority = hasAuthority && hasAuthorityKey ? await Authority.open(certs, now) : undefined;
  const end = authority?.endNotice(now);
  if (end !== undefined) found.notice(undefined, end);
  const [hasCertificate, hasKey] = [await exists(server.certificate), await exists(server.key)];
  if (hasKey) parsePrivateKey(await read(server.key), server.key);
  if (!hasCertificate || !hasKey) {
    if (hasAuthority && !hasAuthorityKey)
      found.problem(
        { file: ca.key },
        `is missing, so no server certificate can be signed. Put it back, or make a new authority: \`dockgate cert init --certs ${certs} --force\`.`,
      );
    return;
  }
  const { leaf } = parseChain(await read(server.certificate), server.certificate);
  const { notBefore } = validityOf(leaf);
  // What this or an earlier authority of dockgate has issued is issued anew when its time or its names are over.
  const isOurs = leaf.issuer.startsWith(`CN=${authorityNamePrefix}`) || authority?.hasIssued(leaf) === true;
  if (authority !== undefined && isOurs && notBefore <= now) return;
  const pair = await loadPair(server, { now, hostnames });
  for (const warning of pair.warnings) found.notice(undefined, warning);
}

/** Looks at the authorities of clients and their revocation lists: whether clients would be refused, now or soon. */
export async function checkClientTrust(
  { clientCertificates }: Configuration,
  now: number,
  found: Findings,
): Promise<void> {
  if (clientCertificates === undefined) return;
  const { authority: file } = clientCertificates;
  const { warnings } = await ClientTrust.load(clientCertificates, now);
  for (const warning of warnings) found.trouble(undefined, warning);
  for (const certificate of parseChain(await read(file), file).certificates) {
    const { notBefore, notAfter } = validityOf(certificate);
    const days = daysBetween(now, notAfter);
    if (notBefore > now)
      found.trouble(
        { file },
        `the authority ${nameOf(certificate)} is valid only from ${formatMoment(notBefore)} on: its clients are refused. Check this machine's clock.`,
      );
    else if (now <= notAfter && days < noticeDays)
      found.notice(
        { file },
        `the authority ${nameOf(certificate)} ends in ${days} days, on ${formatMoment(notAfter)}. Its clients are refused then.`,
      );
  }
}
