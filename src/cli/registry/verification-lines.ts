import type { ImageUse, VerificationReport } from '../../registry/upkeep/verification-report.js';
import { printable } from './printable.js';
import { formatBytes } from './size.js';

/** Images named in a line. */
const MOST_NAMED = 20;

/** A verification for people: a line for everything that is wrong, and what it was all in all. */
export function verificationLines(report: VerificationReport): string[] {
  const { damaged, missing, unheld, brokenLinks, staleLinks, danglingTags, omitted } = report;
  return [
    ...damaged.map(({ digest, reason, size, path, quarantined, images }) =>
      [
        `damaged ${digest}: ${reasons[reason]} (${formatBytes(size)}, ${quarantined === undefined ? path : `now in ${quarantined}`})`,
        ...needed(images),
      ].join('\n'),
    ),
    ...missing.map(({ digest, isQuarantined, images }) =>
      [`missing ${digest}${isQuarantined ? ': it is in quarantine' : ''}`, ...needed(images)].join('\n'),
    ),
    ...unheld.map(({ digest, images }) =>
      [`not held ${digest}: it is stored, but the repository may not give it`, ...needed(images)].join('\n'),
    ),
    ...brokenLinks.map(({ path }) => `broken link ${path}: there is no digest in it`),
    ...danglingTags.map(
      ({ repository, tag, digest }) =>
        `dangling tag ${repository}:${tag}: its repository does not hold ${digest}`,
    ),
    ...staleLinks.map(({ path }) => `stale link ${path}: it leads to nothing, and nobody misses it`),
    ...(omitted === 0 ? [] : [`and ${omitted} findings more, too many to keep`]),
    ...(report.complete ? [] : ['The verification was stopped before it had seen everything.']),
    `checked ${report.contents} contents (${formatBytes(report.bytes)}) and ${report.repositories} repositories`,
  ].map((text) => text.split('\n').map(printable).join('\n'));
}

/** What has to be mended: links that nobody misses have not. */
export function faultsOf({
  damaged,
  missing,
  unheld,
  brokenLinks,
  danglingTags,
  omitted,
}: VerificationReport): number {
  return damaged.length + missing.length + unheld.length + brokenLinks.length + danglingTags.length + omitted;
}

const reasons = {
  digest: 'its bytes have another digest',
  empty: 'it has no bytes',
  unreadable: 'it cannot be read',
} as const;

function needed(images: readonly ImageUse[]): string[] {
  const names = images.flatMap(({ repository, tags, manifests }) =>
    tags.length > 0
      ? tags.map((tag) => `${repository}:${tag}`)
      : manifests.map((manifest) => `${repository}@${manifest}`),
  );
  if (names.length === 0) return ['  no image needs it'];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return [`  needed by ${names.slice(0, MOST_NAMED).join(', ')}${more}`];
}
