import type { JournalFactory } from '../write/journal.js';
import { machineDisk } from './disk.js';
import { thisMachine } from '../kernel/machine.js';
import { type FileJournalOptions, resolveFileJournalOptions } from './options.js';
import { OwnedJournal } from './owned-journal.js';

/**
 * Journals in files of a folder, that need no package. An acknowledged write survives the death of the process, and with
 * `durability: 'fsync'` a power cut; writes of one turn of the event loop share one write to disk, and one `fdatasync`.
 *
 * ```ts
 * createCache({ writePolicy: 'writeBack', store, journal: fileJournal({ directory: '/var/lib/shop/journal' }) });
 * ```
 *
 * Processes that run side by side, as during a rolling deployment, may share the directory. What a process leaves behind is taken over by
 * the next, or by one that runs beside it: at once where the process can be seen to have ended, and after 30 seconds of silence
 * where it ran on another machine or in another container.
 * @throws CacheError `bad_option`, with everything that is wrong.
 */
export function fileJournal(options: FileJournalOptions): JournalFactory {
  const settings = resolveFileJournalOptions(options);
  const surroundings = { disk: machineDisk, machine: thisMachine };
  return { name: 'file', create: (context) => new OwnedJournal(settings, context, surroundings) };
}
