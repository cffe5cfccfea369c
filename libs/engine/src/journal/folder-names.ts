import { createHash, randomBytes } from 'node:crypto';

const OWNER = '[0-9a-z]{9}-[0-9a-f]{16}';
const FOLDER = new RegExp(`^(${OWNER})(?:~(${OWNER}))?$`);
const UNFINISHED = new RegExp(`^new-${OWNER}$`);
const SEGMENT = /^(\d{8,})\.journal$/;
const LONGEST_SLUG = 40;

/** A folder of an owner, by its name. */
export interface OwnerFolder {
  readonly name: string;
  /** Who has written it. */
  readonly writer: string;
  /** Who may touch it: the writer, or else who took it over. */
  readonly holder: string;
}

/** The name of a folder for any namespace, on any file system: what can be read of it, and a hash. */
export function namespaceFolder(namespace: string): string {
  const slug = namespace
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG);
  // UTF-16, since UTF-8 makes one of all halves of surrogate pairs.
  const hash = createHash('sha256').update(namespace, 'utf16le').digest('hex').slice(0, 32);
  return `${slug}-${hash}`;
}

/** A name that no owner had; later ones sort after earlier ones. */
export function newOwner(wallNow: number): string {
  const since = Math.max(0, Math.floor(wallNow)).toString(36).padStart(9, '0');
  return `${since}-${randomBytes(8).toString('hex')}`;
}

/** The name of the folder of an owner while it is being made. */
export function unfinished(owner: string): string {
  return `new-${owner}`;
}

export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name);
}

/** The name of a folder that somebody has taken over. */
export function heldBy({ writer }: OwnerFolder, holder: string): string {
  return `${writer}~${holder}`;
}

/** What a name says of a folder; `undefined` where it is not of an owner. */
export function parseFolder(name: string): OwnerFolder | undefined {
  const [, writer, holder = writer] = FOLDER.exec(name) ?? [];
  return writer === undefined || holder === undefined ? undefined : { name, writer, holder };
}

export function segmentFile(number: number): string {
  return `${String(number).padStart(8, '0')}.journal`;
}

/** Which segment a file is; `undefined` where it is none. */
export function segmentNumber(file: string): number | undefined {
  const [, digits] = SEGMENT.exec(file) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
