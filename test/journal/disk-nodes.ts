import type { Random } from 'nuthatch/engine';

export type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly to: number };
export type Rename =
  | { readonly kind: 'add'; readonly name: string; readonly node: Node }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

export interface FileNode {
  readonly kind: 'file';
  bytes: Buffer;
  /** What a power cut leaves for certain. */
  synced: Buffer;
  changes: Change[];
  modifiedAt: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  names: Map<string, Node>;
  /** What a power cut leaves for certain. */
  synced: Map<string, Node>;
  renames: Rename[];
  modifiedAt: number;
}

export type Node = FileNode | FolderNode;

/** An error as the system makes them. */
export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

export function folder(modifiedAt: number): FolderNode {
  return { kind: 'folder', names: new Map(), synced: new Map(), renames: [], modifiedAt };
}

export function file(modifiedAt: number): FileNode {
  return { kind: 'file', bytes: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [], modifiedAt };
}

export function change(node: FileNode, made: Change): void {
  node.bytes = applied(node.bytes, made);
  node.changes.push(made);
}

/** Never changes bytes in place: copies share them. */
function applied(bytes: Buffer, made: Change): Buffer {
  if (made.kind === 'cut') return Buffer.concat([bytes], made.to);
  const longer = Buffer.concat([bytes], Math.max(bytes.length, made.at + made.bytes.length));
  made.bytes.copy(longer, made.at);
  return longer;
}

export function renamed(names: Map<string, Node>, rename: Rename): void {
  if (rename.kind === 'add') names.set(rename.name, rename.node);
  else if (rename.kind === 'remove') names.delete(rename.name);
  else {
    const node = names.get(rename.from);
    names.delete(rename.from);
    if (node !== undefined) names.set(rename.to, node);
  }
}

/** What a power cut leaves of a file or folder: what was not synced is there, in part, garbled, or not at all. */
export function settle(node: Node, random: Random, seen: Set<Node>): void {
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === 'file') return settleFile(node, random);
  // Metadata is written in the order in which it changed, up to some point.
  const kept = new Map(node.synced);
  for (const rename of node.renames.slice(0, below(random, node.renames.length + 1))) renamed(kept, rename);
  node.names = kept;
  node.synced = new Map(kept);
  node.renames = [];
  for (const child of kept.values()) settle(child, random, seen);
}

function settleFile(node: FileNode, random: Random): void {
  let bytes = node.synced;
  for (const made of node.changes) bytes = applied(bytes, survived(made, bytes.length, random));
  node.bytes = bytes;
  node.synced = bytes;
  node.changes = [];
}

/** What becomes of a change that was on its way. */
function survived(made: Change, length: number, random: Random): Change {
  const fate = below(random, 5);
  if (made.kind === 'cut') return fate < 2 ? { kind: 'cut', to: length } : made;
  if (fate === 0) return { kind: 'cut', to: length };
  if (fate === 1) return { ...made, bytes: made.bytes.subarray(0, below(random, made.bytes.length + 1)) };
  if (fate === 4) return made;
  const garbled = Buffer.from(made.bytes);
  const [one, other] = [below(random, garbled.length + 1), below(random, garbled.length + 1)];
  for (let at = Math.min(one, other); at < Math.max(one, other); at++)
    garbled[at] = fate === 2 ? 0 : below(random, 256);
  return { ...made, bytes: garbled };
}

/** A whole number of at least 0. */
export function below(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

export function cloneFolder(node: FolderNode, clones: Map<Node, Node>): FolderNode {
  const clone = folder(node.modifiedAt);
  clones.set(node, clone);
  const cloneOf = (each: Node): Node =>
    clones.get(each) ?? (each.kind === 'folder' ? cloneFolder(each, clones) : cloneFile(each, clones));
  clone.names = new Map([...node.names].map(([name, each]) => [name, cloneOf(each)]));
  clone.synced = new Map([...node.synced].map(([name, each]) => [name, cloneOf(each)]));
  clone.renames = node.renames.map((rename) =>
    rename.kind === 'add' ? { ...rename, node: cloneOf(rename.node) } : rename,
  );
  return clone;
}

function cloneFile(node: FileNode, clones: Map<Node, Node>): FileNode {
  const clone: FileNode = { ...node, changes: [...node.changes] };
  clones.set(node, clone);
  return clone;
}
