import type { Setting } from './setting.js';
import { allSettings } from './settings.js';

/** A mapping of the file: its keys, each a setting or a mapping again. */
export interface Branch {
  readonly type: 'branch';
  /** A list of such mappings instead of one. */
  readonly repeated: boolean;
  readonly children: Map<string, Branch | Leaf | RuleList>;
}

/** A setting at its place in the file. */
export interface Leaf {
  readonly type: 'leaf';
  readonly setting: Setting;
}

/** The rules of who may do what. They have a form of their own, and no flag and no variable. */
export interface RuleList {
  readonly type: 'rules';
}

/** The shape of the file, grown from the paths of all settings. */
export const tree: Branch = grow();

/** The setting that may stand for the whole mapping. */
export function shortForm(branch: Branch): Setting | undefined {
  for (const child of branch.children.values()) {
    if (child.type === 'leaf' && child.setting.short) return child.setting;
  }
  return undefined;
}

function grow(): Branch {
  const root: Branch = { type: 'branch', repeated: false, children: new Map() };
  for (const setting of allSettings) {
    const names = setting.path.split('.');
    const last = names.pop() ?? setting.path;
    let branch = root;
    for (const name of names) branch = descend(branch, name);
    branch.children.set(last, { type: 'leaf', setting });
  }
  descend(root, 'access').children.set('rules', { type: 'rules' });
  return root;
}

function descend(branch: Branch, name: string): Branch {
  const repeated = name.endsWith('[]');
  const key = repeated ? name.slice(0, -2) : name;
  const found = branch.children.get(key);
  if (found?.type === 'branch') return found;
  const child: Branch = { type: 'branch', repeated, children: new Map() };
  branch.children.set(key, child);
  return child;
}
