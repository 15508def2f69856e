import { foldedName } from '../model/duplicate-name.js';
import { commandOf, containerSettings } from './container-settings.js';
import { foldedFields } from './raw-fields.js';

/** When images were made that do not say it, or not as RFC 3339 has it: Go's zero, as engines take it. */
const UNKNOWN_TIME = '0001-01-01T00:00:00Z';

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Tells whether clients can read a time: they refuse an image with one that they cannot. */
function isTime(text: string): boolean {
  const [, year = '', month = '', day = ''] = TIME.exec(text) ?? [];
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
}

/** What the JSON of one v1 image says of it, in the words of the image config of today. */
export interface ImageDescription {
  /** RFC 3339. */
  readonly created: string;
  readonly author: string | undefined;
  readonly comment: string | undefined;
  /** What made the layer. */
  readonly createdBy: string;
  readonly architecture: string;
  readonly os: string;
  readonly dockerVersion: string | undefined;
  readonly container: string | undefined;
  /** JSON text of an object. */
  readonly config: string | undefined;
  readonly containerConfig: string | undefined;
}

/** Reads the JSON of a v1 image. @param json has been read with `readImageJson`, so it is an object. */
export function describeImage(json: Uint8Array): ImageDescription {
  const fields = foldedFields(new TextDecoder().decode(json));
  const raw = (name: string): string | undefined => fields.get(foldedName(name));
  const text = (name: string): string | undefined => {
    const value: unknown = JSON.parse(raw(name) ?? 'null');
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const created = text('created');
  const containerConfig = containerSettings(raw('container_config'));
  return {
    created: created !== undefined && isTime(created) ? created : UNKNOWN_TIME,
    author: text('author'),
    comment: text('comment'),
    createdBy: commandOf(containerConfig),
    architecture: text('architecture') ?? 'amd64',
    os: text('os') ?? 'linux',
    dockerVersion: text('docker_version'),
    container: text('container'),
    config: containerSettings(raw('config')),
    containerConfig,
  };
}
