import { type FileLine, type FileTree, fileLine, treeOf } from '../file-tree.js';

/** One entry of a layer. Paths have no slash in front; a directory comes before what lies in it. */
export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: string }
  | { readonly kind: 'hardlink' | 'symlink'; readonly path: string; readonly to: string }
  | { readonly kind: 'fifo'; readonly path: string; readonly mode: number }
  /** Takes the path away. */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** Takes away everything that lower layers have in the directory. */
  | { readonly kind: 'opaque'; readonly path: string };

/** What a layer holds, in the order of its archive. */
export type LayerContent = readonly Entry[];

export const directory = (path: string, mode = 0o755): Entry => ({ kind: 'directory', path, mode });
export const file = (path: string, content: string, mode = 0o644): Entry => ({
  kind: 'file',
  path,
  mode,
  content,
});
export const hardlink = (path: string, to: string): Entry => ({ kind: 'hardlink', path, to });
export const symlink = (path: string, to: string): Entry => ({ kind: 'symlink', path, to });
export const fifo = (path: string, mode = 0o644): Entry => ({ kind: 'fifo', path, mode });
export const whiteout = (path: string): Entry => ({ kind: 'whiteout', path });
export const opaque = (path: string): Entry => ({ kind: 'opaque', path });

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** Takes away from the files of lower layers what a layer hides. */
function hide(files: Map<string, FileLine>, content: LayerContent): void {
  for (const { kind, path } of content) {
    if (kind !== 'whiteout' && kind !== 'opaque') continue;
    for (const known of [...files.keys()]) {
      if (isBelow(known, path) || (kind === 'whiteout' && known === path)) files.delete(known);
    }
  }
}

function add(files: Map<string, FileLine>, entry: Entry): void {
  const { kind, path } = entry;
  if (kind === 'file') {
    files.set(path, { line: fileLine(entry.mode, Buffer.from(entry.content)), file: {} });
  } else if (kind === 'hardlink') {
    const target = files.get(entry.to);
    if (target !== undefined) files.set(path, target);
  } else if (kind === 'symlink') {
    files.set(path, { line: `symlink ${entry.to}`, file: {} });
  } else if (kind === 'directory' || kind === 'fifo') {
    files.set(path, { line: `${kind} ${entry.mode.toString(8)}`, file: {} });
  }
}

/** The tree that layers make, the base first; reckoned from their description, not from any archive. */
export function treeOfLayers(layers: readonly LayerContent[]): FileTree {
  const files = new Map<string, FileLine>();
  for (const layer of layers) {
    hide(files, layer);
    for (const entry of layer) add(files, entry);
  }
  return treeOf(files);
}
