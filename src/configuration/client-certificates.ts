import type { ClientCertificateConfiguration } from './access.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** Reads what certificates of clients are for; undefined when they are for nothing. */
export function readClientCertificates(reader: Reader): ClientCertificateConfiguration | undefined {
  const authority = reader.optional(settings.clientAuthority);
  const configuration = {
    required: reader.one(settings.clientAuth) === 'required',
    name: reader.one(settings.clientName),
    revocations: reader.optional(settings.clientRevocations),
  };
  if (authority !== undefined) return { authority, ...configuration };
  // A broken path has its own sentence already.
  if (reader.written(settings.clientAuthority).flat().length > 0) return undefined;
  for (const setting of [settings.clientAuth, settings.clientName, settings.clientRevocations]) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined)
      reader.note(written, 'has no effect without the authorities of clients: set "tls.clientCa".');
  }
  return undefined;
}

/** Reads whether plain HTTP is spoken, and notes what needs TLS all the same. */
export function readInsecureHttp(reader: Reader): boolean {
  const isInsecure = reader.one(settings.insecureHttp);
  if (!isInsecure) return false;
  for (const setting of [settings.certificate, settings.clientAuthority]) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined)
      reader.note(written, 'has no effect with plain HTTP: remove it, or "insecureHttp".');
  }
  return true;
}
