import { forEachOf } from '../batches.js';
import type { Digest } from '../model/digest.js';
import type { Repository } from '../model/repository.js';
import type { Disposal, Upkeep } from '../store/upkeep.js';
import type { Removal } from './collection-report.js';
import type { Tally } from './collection-state.js';
import { keyOf } from './digest-table.js';
import { ManifestGraph } from './manifest-graph.js';
import type { Marks } from './marks.js';
import { readReferences } from './references.js';

/** Manifests and links looked at side by side: few, so that requests find the disk and the threads free. */
const WIDTH = 8;

/** What marking and sweeping work with. */
export interface Tools {
  readonly upkeep: Upkeep;
  readonly disposal: Disposal;
  readonly marks: Marks;
  readonly tally: Tally;
  readonly untagged: boolean;
  /** Milliseconds since the epoch: manifests that somebody has relied on since then stay. */
  readonly cutoff: number;
  /** Milliseconds since the epoch: uploads that nobody has written to since then go. */
  readonly uploadsBefore: number;
  readonly tell: (removal: Removal) => void;
  /** @throws the reason when the collection has been aborted. */
  readonly goOn: () => void;
}

/**
 * Looks through one repository: takes from it what it need not hold, and marks the content that it needs.
 *
 * What is taken has gone before the marks are made. So whoever comes to rely on it from then on finds that it is not
 * there, and whoever has done so before is seen.
 */
export async function markRepository(repository: Repository, tools: Tools): Promise<void> {
  const graph = await graphOf(repository, tools);
  const gone = tools.untagged ? await releaseManifests(repository, graph, tools) : new Set<string>();
  for (const key of graph.needed()) {
    const written = tools.marks.add(key);
    if (written !== undefined) await written;
  }
  await releaseBlobs(repository, graph, tools);
  const { disposal, tell, uploadsBefore } = tools;
  const { name: owner } = repository;
  for await (const digest of disposal.releaseReferrers(repository, (each) => gone.has(each.toString()))) {
    tell({ kind: 'referrer', repository: owner, name: digest.toString(), bytes: 0 });
  }
  for await (const { id, bytes } of disposal.expireUploads(repository, uploadsBefore)) {
    tell({ kind: 'upload', repository: owner, name: id, bytes });
  }
  await disposal.tidy(repository);
}

async function graphOf(repository: Repository, tools: Tools): Promise<ManifestGraph> {
  const { upkeep, untagged, cutoff, tally, goOn } = tools;
  const graph = new ManifestGraph();
  let manifests = 0;
  let unreadable = 0;
  await forEachOf(upkeep.holdings.manifests(repository), WIDTH, async ({ digest, touched }) => {
    goOn();
    const bytes = await upkeep.readManifest(digest);
    const references = bytes === undefined ? undefined : readReferences(bytes);
    manifests += 1;
    if (references === undefined) unreadable += 1;
    graph.hold(digest, references, !untagged || touched >= cutoff);
  });
  graph.keepRoots();
  if (untagged) {
    for await (const digest of upkeep.holdings.tagged(repository)) graph.keep(digest);
  }
  tally.manifests += manifests;
  tally.unreadable += unreadable;
  return graph;
}

/** @returns the digests of the manifests that have gone. */
async function releaseManifests(
  repository: Repository,
  graph: ManifestGraph,
  { upkeep, disposal, tell }: Tools,
): Promise<ReadonlySet<string>> {
  const unwanted: Digest[] = [];
  for await (const { digest } of upkeep.holdings.manifests(repository)) {
    if (graph.mayGo(digest)) unwanted.push(digest);
  }
  if (unwanted.length === 0) return new Set();
  const withdrawal = await disposal.withdraw(repository, unwanted);
  for (const digest of withdrawal.fresh) graph.keep(digest);
  const gone = await withdrawal.settle((digest) => graph.stays(digest));
  for (const digest of gone) {
    tell({ kind: 'manifest', repository: repository.name, name: digest.toString(), bytes: 0 });
  }
  return new Set(gone.map(String));
}

async function releaseBlobs(repository: Repository, graph: ManifestGraph, tools: Tools): Promise<void> {
  const { upkeep, disposal, marks, tell, goOn } = tools;
  const release = async (digest: Digest): Promise<void> => {
    goOn();
    const outcome = await disposal.releaseBlob(repository, digest);
    if (outcome === 'stays') await marks.add(keyOf(digest));
    if (outcome !== 'released') return;
    tell({ kind: 'blob', repository: repository.name, name: digest.toString(), bytes: 0 });
  };
  const markHeld = async (digest: Digest): Promise<void> => {
    if (await upkeep.holdings.holdsBlob(repository, digest)) await marks.add(keyOf(digest));
  };
  await forEachOf(upkeep.holdings.blobs(repository), WIDTH, (digest) => {
    if (!graph.stays(digest)) return release(digest);
    return graph.isNeeded(digest) ? undefined : markHeld(digest);
  });
}
