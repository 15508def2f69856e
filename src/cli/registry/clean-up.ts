import type { Removal } from '../../registry/upkeep/collection-report.js';
import type { Step } from '../progress.js';
import type { CollectionSummary } from './collection-lines.js';

/** What the command line says; what it leaves out, the configuration of the registry decides. */
export interface CleanUpTerms {
  readonly untagged?: boolean;
  /** Milliseconds. */
  readonly grace?: number;
}

/** Cleans up a registry, or only tells what would go. */
export type CleanUp = (dryRun: boolean, onRemoval: (removal: Removal) => void) => Promise<CollectionSummary>;

/** Parts in which content is swept. */
const SHARDS = 256;

/** How a clean-up's progress is shown. */
export function stepOf(progress: {
  readonly phase: string;
  readonly repositories: number;
  readonly shards: number;
}): Step {
  return progress.phase === 'sweeping'
    ? { label: 'sweeping', done: progress.shards, total: SHARDS, unit: 'items' }
    : { label: 'repositories looked through', done: progress.repositories, unit: 'items' };
}
