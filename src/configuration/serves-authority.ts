import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** Reads whether the authority's certificate is given to everybody, and notes where there is none of our own. */
export function readServesAuthority(reader: Reader): boolean {
  const isWanted = reader.one(settings.servesAuthority);
  const [written] = reader.written(settings.servesAuthority).flat();
  if (!isWanted || written === undefined) return isWanted;
  if (reader.one(settings.insecureHttp))
    reader.note(written, 'has no effect with plain HTTP: remove it, or "insecureHttp".');
  else if (reader.written(settings.certificate).flat().length > 0)
    reader.note(
      written,
      'has no effect beside certificates of your own ("tls.pairs"): dockgate has no authority to give away then.',
    );
  return isWanted;
}
