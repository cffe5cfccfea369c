import type {
  Death,
  Journal,
  JournalContext,
  JournalFactory,
  JournalObserver,
  JournalRecord,
  Operation,
} from 'nuthatch/engine';

interface Kept {
  readonly operation: Operation;
  readonly death: Death | undefined;
}

/** What a process that dies leaves behind: journals that are made of one disk find what those before them have written. */
export class JournalDisk implements JournalFactory {
  readonly name = 'fake';
  /** What is not released, by sequence. */
  readonly records = new Map<number, Kept>();
  /** Releases that a process which dies now would take with it. */
  readonly unwritten = new Set<number>();
  /** Where set, releases reach the disk only when the journal is closed. */
  isLazy = false;
  /** The error of every append and burial. */
  refusal: Error | undefined;
  /** Where set, appends wait for it. */
  gate: Promise<void> | undefined;
  /** The error of the next opening. */
  damage: Error | undefined;
  owner: FakeJournal | undefined;
  observer: JournalObserver | undefined;
  appends = 0;
  #last = 0;

  create(context: JournalContext): Journal {
    return new FakeJournal(this, context);
  }

  /** The process dies: what is not on the disk is gone, and nothing of it writes any more. */
  crash(): void {
    this.owner = undefined;
    this.unwritten.clear();
  }

  next(): number {
    return ++this.#last;
  }

  /** The keys that are not released, with those of dead letters in brackets. */
  keys(): string[] {
    return Array.from(this.records.values(), ({ operation, death }) => {
      const key = operation.type === 'set' ? operation.row.key : operation.key;
      return death === undefined ? key : `(${key})`;
    });
  }
}

class FakeJournal implements Journal {
  readonly #disk: JournalDisk;
  readonly #context: JournalContext;

  constructor(disk: JournalDisk, context: JournalContext) {
    this.#disk = disk;
    this.#context = context;
  }

  get depth(): number {
    return this.#disk.records.size - this.#disk.unwritten.size;
  }

  get bytes(): number {
    return this.#disk.records.size * 100;
  }

  async open(): Promise<readonly JournalRecord[]> {
    const disk = this.#disk;
    if (disk.damage !== undefined) throw disk.damage;
    if (disk.owner !== undefined) throw new Error('the journal has an owner already');
    disk.owner = this;
    disk.observer = this.#context.observer;
    const inherited = [...disk.records.values()];
    disk.records.clear();
    return inherited.map((kept) => this.#keep(kept));
  }

  async append(operations: readonly Operation[]): Promise<number> {
    this.#assertOwned();
    const disk = this.#disk;
    disk.appends++;
    await disk.gate;
    if (disk.refusal !== undefined) throw disk.refusal;
    this.#assertOwned();
    const kept = operations.map((operation) => this.#keep({ operation, death: undefined }));
    return kept[0]?.sequence ?? 0;
  }

  async bury(sequence: number, death: Death): Promise<void> {
    this.#assertOwned();
    const kept = this.#disk.records.get(sequence);
    if (this.#disk.refusal !== undefined) throw this.#disk.refusal;
    if (kept === undefined) throw new Error(`there is no record ${sequence}`);
    this.#disk.records.set(sequence, { ...kept, death });
  }

  release(sequences: readonly number[]): void {
    const { records, unwritten, isLazy, owner } = this.#disk;
    if (owner !== this) return;
    for (const sequence of sequences) {
      if (!records.has(sequence) || unwritten.has(sequence)) throw new Error(`released twice: ${sequence}`);
      if (isLazy) unwritten.add(sequence);
      else records.delete(sequence);
    }
  }

  async settled(): Promise<void> {
    const { records, unwritten, owner, refusal } = this.#disk;
    if (refusal !== undefined) throw refusal;
    if (owner !== this) return;
    for (const sequence of unwritten) records.delete(sequence);
    unwritten.clear();
  }

  async close(): Promise<void> {
    const { records, unwritten, owner } = this.#disk;
    if (owner !== this) return;
    for (const sequence of unwritten) records.delete(sequence);
    unwritten.clear();
    this.#disk.owner = undefined;
  }

  #keep(kept: Kept): JournalRecord {
    const sequence = this.#disk.next();
    this.#disk.records.set(sequence, kept);
    return { sequence, ...kept };
  }

  #assertOwned(): void {
    if (this.#disk.owner !== this) throw new Error('the journal is not open');
  }
}
