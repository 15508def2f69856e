import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl } from './workshop.js';

/** A certificate with its key, as files. */
export interface ClientPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate differs in. */
export interface ClientRequest {
  /** As openssl takes it; a common name of the file's name by default. */
  readonly subject?: string;
  /** Line of `subjectAltName` in openssl's form. */
  readonly alternatives?: string;
  /** `clientAuth` by default. */
  readonly purpose?: string;
  readonly key?: readonly string[];
  /** Days that it has ended ago. */
  readonly endedDaysAgo?: number;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
/** A key of RSA, for the `key` of a request. */
export const RSA = ['-newkey', 'rsa:2048'];

/** An authority run by openssl: no work of the code under test. */
export class OpensslAuthority {
  readonly #directory: string;
  readonly files: ClientPair;

  private constructor(directory: string) {
    this.#directory = directory;
    this.files = { certificate: join(directory, 'ca.crt'), key: join(directory, 'ca.key') };
  }

  /** @param above the authority that issues this one's certificate; by default it issues its own */
  static async create(parent: string, name: string, above?: OpensslAuthority): Promise<OpensslAuthority> {
    const directory = join(parent, name);
    await mkdir(directory, { recursive: true });
    const authority = new OpensslAuthority(directory);
    await writeFile(join(directory, 'index.txt'), '');
    await writeFile(join(directory, 'index.txt.attr'), 'unique_subject = no\n');
    await writeFile(join(directory, 'crlnumber'), '01\n');
    await writeFile(join(directory, 'openssl.cnf'), settings(directory));
    const extensions = [
      ...['-addext', 'basicConstraints=critical,CA:TRUE'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ];
    const { certificate, key } = authority.files;
    const request = ['req', ...EC, '-nodes', '-subj', `/CN=${name}`, '-keyout', key];
    if (above === undefined) {
      await openssl(...request, '-x509', '-days', '90', '-out', certificate, ...extensions);
      return authority;
    }
    const csr = join(directory, 'ca.csr');
    await openssl(...request, '-out', csr);
    await above.#sign(csr, certificate, 'intermediate', ['-days', '60']);
    return authority;
  }

  async issue(name: string, request: ClientRequest = {}): Promise<ClientPair> {
    const base = join(this.#directory, name);
    const pair = { certificate: `${base}.crt`, key: `${base}.key` };
    const subject = request.subject ?? `/CN=${name}`;
    const key = request.key ?? EC;
    await openssl(
      'req',
      ...key,
      '-nodes',
      '-utf8',
      '-subj',
      subject,
      '-keyout',
      pair.key,
      '-out',
      `${base}.csr`,
    );
    const lines = [`[${name}]`, 'basicConstraints=CA:FALSE'];
    lines.push(`extendedKeyUsage=${request.purpose ?? 'clientAuth'}`);
    if (request.alternatives !== undefined)
      lines.push(`subjectAltName=@${name}_names`, `[${name}_names]`, request.alternatives);
    await appendFile(join(this.#directory, 'openssl.cnf'), `\n${lines.join('\n')}\n`);
    const ended = request.endedDaysAgo;
    const dates =
      ended === undefined ? ['-days', '30'] : ['-startdate', stamp(ended + 10), '-enddate', stamp(ended)];
    await this.#sign(`${base}.csr`, pair.certificate, name, dates);
    return pair;
  }

  async revoke({ certificate }: ClientPair): Promise<void> {
    await openssl('ca', '-config', join(this.#directory, 'openssl.cnf'), '-revoke', certificate);
  }

  /** The revocation list of now, in PEM. */
  async list(...options: readonly string[]): Promise<string> {
    const file = join(this.#directory, 'list.pem');
    const dates = options.length > 0 ? options : ['-crldays', '7'];
    await openssl('ca', '-config', join(this.#directory, 'openssl.cnf'), '-gencrl', '-out', file, ...dates);
    return readFile(file, 'utf8');
  }

  async #sign(
    request: string,
    certificate: string,
    extensions: string,
    dates: readonly string[],
  ): Promise<void> {
    await openssl(
      ...['ca', '-batch', '-notext', '-config', join(this.#directory, 'openssl.cnf'), '-in', request],
      ...['-out', certificate, '-extensions', extensions, ...dates],
    );
  }
}

function stamp(daysAgo: number): string {
  const text = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  return `${text.slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function settings(directory: string): string {
  return `
[ca]
default_ca = here
[here]
database = ${directory}/index.txt
crlnumber = ${directory}/crlnumber
new_certs_dir = ${directory}
certificate = ${directory}/ca.crt
private_key = ${directory}/ca.key
default_md = sha256
rand_serial = yes
policy = anything
copy_extensions = none
[anything]
countryName = optional
organizationName = optional
commonName = optional
emailAddress = optional
[intermediate]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
`;
}
