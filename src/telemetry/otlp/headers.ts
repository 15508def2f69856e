import { headerLine } from '../../configuration/values/header-line.js';
import type { Secret } from '../../configuration/values/secret.js';
import { secretProblem, secretText } from '../secret-text.js';

/**
 * The header lines that go along with each delivery.
 *
 * @throws {ConfigurationError} when a file cannot be read, or holds no such line
 */
export async function headersOf(
  secrets: readonly Secret[],
  version: string,
): Promise<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = { 'user-agent': `dockgate/${version}` };
  for (const secret of secrets) {
    const line = headerLine(await secretText(secret, 'otlp.headers'));
    if (line === undefined)
      throw secretProblem(secret, 'otlp.headers must be a header line, written NAME=VALUE.');
    headers[line.name] = line.value;
  }
  return headers;
}
