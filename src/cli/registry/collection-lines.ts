import type { CollectionReport, Removal } from '../../registry/upkeep/collection-report.js';
import { printable } from './printable.js';
import { formatBytes } from './size.js';

const KINDS: readonly (readonly [Removal['kind'], string, string])[] = [
  ['manifest', 'manifest of a repository', 'manifests of repositories'],
  ['blob', 'blob of a repository', 'blobs of repositories'],
  ['referrer', 'note of a referrer', 'notes of referrers'],
  ['upload', 'abandoned upload', 'abandoned uploads'],
  ['content', 'content', 'contents'],
  ['leftover', 'leftover', 'leftovers'],
  ['image', 'v1 image', 'v1 images'],
  ['layer', 'layer of an unfinished push', 'layers of unfinished pushes'],
];

/** What the lines need of a report; one that came over the network has no more. */
export type CollectionSummary = Pick<
  CollectionReport,
  'dryRun' | 'resumed' | 'repositories' | 'manifests' | 'unreadable' | 'removed' | 'kept' | 'bytes'
>;

/** How many things a collection has removed, of whatever kind. */
export function countRemoved({ removed }: Pick<CollectionSummary, 'removed'>): number {
  return Object.values(removed).reduce((total, count) => total + count, 0);
}

/** A collection for people. */
export function collectionLines(summary: CollectionSummary): string[] {
  const { dryRun, resumed, repositories, manifests, unreadable, kept, bytes, removed } = summary;
  const counts = KINDS.filter(([kind]) => removed[kind] > 0).map(
    ([kind, one, many]) => `${removed[kind]} ${removed[kind] === 1 ? one : many}`,
  );
  const what = counts.length === 0 ? 'nothing' : counts.join(', ');
  return [
    ...(resumed ? ['This went on where an earlier clean-up was interrupted.'] : []),
    `looked at ${manifests} manifests in ${repositories} repositories; ${kept} contents stay`,
    `${dryRun ? 'would remove' : 'removed'} ${what}: ${formatBytes(bytes)}`,
    ...(unreadable === 0
      ? []
      : [
          `${unreadable} manifests cannot be read, so their repositories keep all that they hold; dockgate registry verify says which`,
        ]),
  ];
}

/** One thing that goes. */
export function removalLine({ kind, repository, name, bytes }: Removal): string {
  const place = repository === undefined ? '' : ` of ${repository}`;
  return printable(`${kind}${place} ${name}${bytes === 0 ? '' : ` (${formatBytes(bytes)})`}`);
}
