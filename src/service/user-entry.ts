import { locations } from './locations.js';

const NAME = /^[a-z_][a-z0-9_-]{0,30}$/;

/** What is wrong with the name of the service's user; undefined when nothing is. */
export function userFault(name: string): string | undefined {
  if (name === 'root') return 'must not be root: the gateway needs no right that root has';
  if (NAME.test(name)) return undefined;
  return 'must be the name of a system user: small letters, digits, - and _, 31 at most';
}

/** The line of sysusers.d(5) that makes the user, a group of the same name, and no way to log in. */
export function userEntry(name: string): string {
  return `# The user of dockgate.service.\nu ${name} - "dockgate, gateway of a container registry" ${locations.state}\n`;
}
