import type { V1Configuration } from './configuration.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

type V1Setting = (typeof settings)['v1Access' | 'v1Directory' | 'v1Index' | 'v1Registration'];

/**
 * Reads the settings of the v1 API, and notes those that contradict each other.
 *
 * @param data directory of the built-in registry
 */
export function readV1(reader: Reader, data: string): V1Configuration {
  const configuration: V1Configuration = {
    access: reader.one(settings.v1Access),
    directory: reader.optional(settings.v1Directory) ?? data,
    index: reader.one(settings.v1Index),
    endpoints: reader.many(settings.v1Endpoints),
    tokenLifetime: reader.one(settings.v1TokenLifetime),
    registration: reader.one(settings.v1Registration),
  };
  noteContradictions(reader, configuration);
  return configuration;
}

function noteContradictions(reader: Reader, { access, index, registration }: V1Configuration): void {
  const { v1Access, v1Directory, v1Index, v1Registration } = settings;
  if (isWritten(reader, settings.upstream) || isWritten(reader, settings.upstreamServers)) {
    for (const setting of [v1Access, v1Directory, v1Index, v1Registration])
      note(reader, setting, 'has no effect with an upstream: only the built-in registry has it.');
  } else if (access === 'off') {
    for (const setting of registration ? [v1Index, v1Registration] : [v1Index])
      note(reader, setting, 'has no effect while "v1.access" is off.');
  } else if (registration && index !== 'built-in') {
    note(reader, v1Registration, 'needs the built-in index; set "v1.index" to built-in, or remove the line.');
  }
}

/** A broken value has a sentence of its own already; that it was meant is what counts here. */
function isWritten(reader: Reader, setting: (typeof settings)['upstream' | 'upstreamServers']): boolean {
  return reader.written(setting).flat().length > 0;
}

function note(reader: Reader, setting: V1Setting, complaint: string): void {
  const [written] = reader.written(setting).flat();
  if (written !== undefined) reader.note(written, complaint);
}
