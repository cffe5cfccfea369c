import { type Row, type SharedTier, systemClock } from 'nuthatch/engine';
import { AppProcess } from './app-process.js';
import { eventually } from './eventually.js';
import { type Place, tierAt } from './place.js';

const HOUR_MS = 3_600_000;
/** The wall clocks of the four machines are wrong by so much. */
const SKEWS_MS = [0, HOUR_MS, -HOUR_MS, HOUR_MS / 2] as const;
const LINKING_MS = 20_000;

/** Four processes of the application, and a look at what they share. */
export interface Cast {
  readonly all: readonly AppProcess[];
  /** What the shared tier has of these ids. */
  shared(ids: readonly string[]): Promise<(Row | undefined)[]>;
}

/** Processes that live longer than one application: it takes them seconds to start. */
export class Casting {
  #processes: readonly AppProcess[] = [];
  #look: SharedTier | undefined;

  /** Opens the application at a place in four processes; those that were killed are replaced. */
  async cast(place: Place): Promise<Cast> {
    await this.#fill();
    const all = this.#processes;
    await Promise.all(all.map((each, at) => each.open({ place, skewMs: SKEWS_MS[at] ?? 0 })));
    await this.#look?.close();
    const look = await lookInto(place);
    this.#look = look;
    await linked(all);
    return {
      all,
      shared: async (ids) => (await look.getMany(ids.map((id) => `bird:${id}`))).map(({ row }) => row),
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
    await this.#look?.close();
  }

  async #fill(): Promise<void> {
    const running = this.#processes.filter(({ isRunning }) => isRunning);
    const missing = Array.from({ length: SKEWS_MS.length - running.length }, () => AppProcess.start());
    const started = await Promise.allSettled(missing);
    const fresh = started.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    this.#processes = [...running, ...fresh];
    const failed = started.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

async function lookInto(place: Place): Promise<SharedTier> {
  const tier = tierAt(place).create({
    namespace: 'default',
    clock: systemClock,
    suspect: () => undefined,
    failed: () => undefined,
  });
  await tier.open();
  return tier;
}

/** Who could not link at once, since the machine has other work to do, reads the tier a while later. */
async function linked(all: readonly AppProcess[]): Promise<void> {
  let round = 0;
  const areLinked = async (): Promise<boolean> => {
    const id = `probe/${(round += 1)}`;
    await all[0]?.ask('rename', id, 'owl');
    const names = await Promise.all(all.map((each) => each.ask('get', id)));
    return names.every((name) => name === 'owl');
  };
  if (!(await eventually(areLinked, Boolean, LINKING_MS)))
    throw new Error('not every process reads the tier');
}
