import { dirname, join } from 'node:path';
import { Layout } from '../store/filesystem/layout.js';

/** Where the search index of a data directory lies: beside the other things that dockgate derives. */
export function searchDatabase(data: string): string {
  return join(dirname(new Layout(data).staging), 'search.sqlite');
}
