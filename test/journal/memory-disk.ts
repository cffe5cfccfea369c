import { basename, dirname } from 'node:path';
import type { Random } from 'nuthatch/engine';
import type { Disk, DiskFile } from '../../libs/engine/src/journal/disk.js';
import {
  change,
  cloneFolder,
  failure,
  file,
  type FileNode,
  folder,
  type FolderNode,
  type Node,
  type Rename,
  renamed,
  settle,
} from './disk-nodes.js';

/** What is asked of the disk. */
export type Act = keyof Disk | keyof DiskFile;

/** A disk in memory, which knows what of it a power cut would spare. */
export class MemoryDisk implements Disk {
  /** Milliseconds, by the clock of the file system. */
  now = 1_000_000;
  /** How often each thing was done. */
  readonly done = new Map<Act, number>();
  /** Called before everything that is done; what it throws is the failure. A write that fails is done in half. */
  watch: (act: Act, path: string) => void = () => undefined;
  /** Whether files say that they are synced and are not. */
  lies = false;
  #root: FolderNode = folder(0);

  /** The disk as it is at this moment, and what of it is not safe. */
  copy(): MemoryDisk {
    const copied = new MemoryDisk();
    copied.now = this.now;
    copied.#root = cloneFolder(this.#root, new Map());
    return copied;
  }

  /** What a power cut leaves: what was not synced is there, in part, garbled, or not at all. */
  cutPower(random: Random): void {
    settle(this.#root, random, new Set());
  }

  /** Every file, by its path. */
  files(): Map<string, Buffer> {
    const found = new Map<string, Buffer>();
    const visit = (path: string, node: Node): void => {
      if (node.kind === 'file') found.set(path, node.bytes);
      else for (const [name, child] of node.names) visit(`${path}/${name}`, child);
    };
    for (const [name, child] of this.#root.names) visit(`/${name}`, child);
    return found;
  }

  /** The path of every folder. */
  folders(): string[] {
    const visit = (path: string, node: Node): string[] =>
      node.kind === 'file'
        ? []
        : [path, ...[...node.names].flatMap(([name, child]) => visit(`${path}/${name}`, child))];
    return [...this.#root.names].flatMap(([name, child]) => visit(`/${name}`, child));
  }

  /** Replaces what is in a file. */
  put(path: string, bytes: Buffer): void {
    const node = this.#file(path);
    node.bytes = Buffer.from(bytes);
    node.synced = node.bytes;
  }

  /** Makes a file look as if it had been written so long ago. */
  age(path: string, byMs: number): void {
    this.#node(path, 'stat').modifiedAt -= byMs;
  }

  async makeFolder(path: string): Promise<string | undefined> {
    this.#begin('makeFolder', path);
    return this.#makeFolder(path);
  }

  async create(path: string): Promise<DiskFile> {
    this.#begin('create', path);
    const found = this.#parent(path).names.get(basename(path));
    const node: FileNode = found?.kind === 'file' ? found : file(this.now);
    if (node === found) change(node, { kind: 'cut', to: 0 });
    else this.#rename(path, { kind: 'add', name: basename(path), node });
    return this.#open(path, node);
  }

  async read(path: string): Promise<Buffer | undefined> {
    this.#begin('read', path);
    const node = this.#find(path);
    return node?.kind === 'file' ? Buffer.from(node.bytes) : undefined;
  }

  async list(path: string): Promise<readonly string[]> {
    this.#begin('list', path);
    const node = this.#find(path);
    return node?.kind === 'folder' ? [...node.names.keys()] : [];
  }

  async modifiedAt(path: string): Promise<number | undefined> {
    this.#begin('modifiedAt', path);
    return this.#find(path)?.modifiedAt;
  }

  async move(from: string, to: string): Promise<boolean> {
    this.#begin('move', from);
    const node = this.#find(from);
    if (node === undefined) return false;
    this.#rename(from, { kind: 'move', from: basename(from), to: basename(to) });
    return true;
  }

  async removeFile(path: string): Promise<void> {
    this.#begin('removeFile', path);
    if (this.#find(path) !== undefined) this.#rename(path, { kind: 'remove', name: basename(path) });
  }

  async removeFolder(path: string): Promise<void> {
    this.#begin('removeFolder', path);
    const node = this.#find(path);
    if (node?.kind === 'folder' && node.names.size > 0) throw failure('ENOTEMPTY', path);
    if (node !== undefined) this.#rename(path, { kind: 'remove', name: basename(path) });
  }

  async syncFolder(path: string): Promise<void> {
    this.#begin('syncFolder', path);
    const node = path === '/' ? this.#root : this.#node(path, 'syncFolder');
    if (node.kind !== 'folder') throw failure('ENOTDIR', path);
    node.synced = new Map(node.names);
    node.renames = [];
  }

  #open(path: string, node: FileNode): DiskFile {
    return {
      write: async (bytes, at) => {
        const copied = Buffer.from(bytes);
        try {
          this.#begin('write', path);
        } catch (error) {
          change(node, { kind: 'write', at, bytes: copied.subarray(0, copied.length / 2) });
          throw error;
        }
        change(node, { kind: 'write', at, bytes: copied });
        node.modifiedAt = this.now;
      },
      read: async () => {
        this.#begin('read', path);
        return Buffer.from(node.bytes);
      },
      sync: async () => {
        this.#begin('sync', path);
        if (this.lies) return;
        node.synced = node.bytes;
        node.changes = [];
      },
      cutTo: async (to) => {
        this.#begin('cutTo', path);
        change(node, { kind: 'cut', to });
      },
      close: async () => this.#begin('close', path),
    };
  }

  #begin(act: Act, path: string): void {
    this.done.set(act, (this.done.get(act) ?? 0) + 1);
    this.watch(act, path);
  }

  #makeFolder(path: string): string | undefined {
    if (path === '/' || this.#find(path) !== undefined) return undefined;
    const topmost = this.#makeFolder(dirname(path));
    const made = folder(this.now);
    this.#rename(path, { kind: 'add', name: basename(path), node: made });
    return topmost ?? path;
  }

  #rename(path: string, rename: Rename): void {
    const parent = this.#parent(path);
    renamed(parent.names, rename);
    parent.renames.push(rename);
  }

  #parent(path: string): FolderNode {
    const node = dirname(path) === '/' ? this.#root : this.#node(dirname(path), 'open');
    if (node.kind !== 'folder') throw failure('ENOTDIR', path);
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#node(path, 'open');
    if (node.kind !== 'file') throw failure('EISDIR', path);
    return node;
  }

  #node(path: string, act: string): Node {
    const node = this.#find(path);
    if (node === undefined) throw failure('ENOENT', `${act} ${path}`);
    return node;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').slice(1))
      node = node?.kind === 'folder' ? node.names.get(name) : undefined;
    return node;
  }
}
