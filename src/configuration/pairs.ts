import type { PairFiles } from './configuration.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** The operator's own pairs: the first key belongs to the first certificate, and so on. */
export function readPairs(reader: Reader): readonly PairFiles[] {
  const certificates = reader.written(settings.certificate);
  const keys = reader.written(settings.key);
  for (const [index, ofSource] of certificates.entries()) {
    const [certificate] = ofSource;
    const [key] = keys[index] ?? [];
    const [many, few] = [ofSource.length, keys[index]?.length ?? 0];
    // In a file each pair stands in one mapping, where a missing half has a line of its own.
    if (many === few || (certificate ?? key)?.place !== undefined) continue;
    if (certificate === undefined && key !== undefined) {
      reader.note(key, `needs a certificate beside it: set ${partner(key.subject)} too.`);
    } else if (certificate !== undefined && key === undefined) {
      reader.note(certificate, `needs a key beside it: set ${partner(certificate.subject)} too.`);
    } else if (certificate !== undefined && key !== undefined) {
      reader.note(certificate, `names ${many} certificates, but ${key.subject} names ${few} keys.`);
    }
  }
  const files = reader.many(settings.key);
  return reader.many(settings.certificate).flatMap((certificate, index) => {
    const key = files[index];
    return key === undefined ? [] : [{ certificate, key }];
  });
}

function partner(subject: string): string {
  const partners = new Map([
    ['--cert', '--key'],
    ['--key', '--cert'],
    [settings.certificate.environment, settings.key.environment],
    [settings.key.environment, settings.certificate.environment],
  ]);
  return partners.get(subject) ?? subject;
}
