import { findProgram, has, type Machine } from './machine.js';

/** The list of authorities that most programs of a machine use. */
export interface SystemStore {
  /** Where further authorities are put, one a file. */
  readonly directory: string;
  /** What is run after such a file came, and after one went. */
  readonly update: readonly string[];
  readonly updateAfterRemoval: readonly string[];
  /** All authorities together in one file, made by that program. */
  readonly bundle: string;
}

const debian: SystemStore = {
  directory: '/usr/local/share/ca-certificates',
  update: ['update-ca-certificates'],
  // Links to certificates that are gone stay without it.
  updateAfterRemoval: ['update-ca-certificates', '--fresh'],
  bundle: '/etc/ssl/certs/ca-certificates.crt',
};
const redHat: SystemStore = {
  directory: '/etc/pki/ca-trust/source/anchors',
  update: ['update-ca-trust'],
  updateAfterRemoval: ['update-ca-trust'],
  bundle: '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
};
const suse: SystemStore = {
  directory: '/etc/pki/trust/anchors',
  update: ['update-ca-certificates'],
  updateAfterRemoval: ['update-ca-certificates'],
  bundle: '/var/lib/ca-certificates/ca-bundle.pem',
};
const arch: SystemStore = {
  directory: '/etc/ca-certificates/trust-source/anchors',
  update: ['update-ca-trust'],
  updateAfterRemoval: ['update-ca-trust'],
  bundle: '/etc/ca-certificates/extracted/tls-ca-bundle.pem',
};

/** The store of a machine, told by its directories: Debian and Alpine, Red Hat, SUSE, Arch. undefined: none that is known. */
export function findSystemStore(machine: Machine): SystemStore | undefined {
  if (has(machine, '/etc/pki/trust')) return suse;
  if (has(machine, '/etc/pki/ca-trust')) return redHat;
  if (has(machine, '/etc/ca-certificates/trust-source')) return arch;
  return findProgram(machine, 'update-ca-certificates') === undefined ? undefined : debian;
}
