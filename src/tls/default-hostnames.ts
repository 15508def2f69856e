import { hostname, networkInterfaces } from 'node:os';
import { ConfigurationError } from '../configuration/problem.js';
import { parseSubjectName } from './subject-name.js';

/**
 * The names by which this machine is reached when nobody configured any: localhost, its host name, the loopback
 * addresses and those of its network interfaces.
 */
export function defaultHostnames(): readonly string[] {
  const names = new Set<string>();
  for (const candidate of ['localhost', hostname(), '127.0.0.1', '::1', ...interfaceAddresses()]) {
    const name = usableName(candidate);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

/** Link-local IPv6 addresses are left out: they mean something only together with an interface. */
function interfaceAddresses(): readonly string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return interfaces
    .filter((address) => !address.internal && !(address.family === 'IPv6' && address.scopeid !== 0))
    .map((address) => address.address);
}

/** A machine may have a host name that no certificate can hold. */
function usableName(candidate: string): string | undefined {
  try {
    return parseSubjectName(candidate).value;
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}
