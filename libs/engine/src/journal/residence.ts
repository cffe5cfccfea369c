import { journalUnusable } from '../kernel/errors.js';
import { House, type Site } from './house.js';

/** Where an owner lives: a folder of its own, and another one should somebody take it for ended, such as after it stood still. */
export class Residence {
  readonly #site: Site;
  readonly #troubled: (problem: Error) => void;
  #house: House;
  #proving: Promise<House> | undefined;

  private constructor(site: Site, troubled: (problem: Error) => void, house: House) {
    this.#site = site;
    this.#troubled = troubled;
    this.#house = house;
  }

  /** @throws CacheError `journal_unusable` where no folder can be made. */
  static async take(site: Site, troubled: (problem: Error) => void): Promise<Residence> {
    return new Residence(site, troubled, await House.build(site));
  }

  get house(): House {
    return this.#house;
  }

  /** The folder that is certain to be the owner's own at this moment. */
  async certain(): Promise<House> {
    return this.#house.isSafe ? this.#house : this.prove();
  }

  /** Says that the owner runs, and answers its folder. */
  prove(): Promise<House> {
    this.#proving ??= this.#prove().finally(() => {
      this.#proving = undefined;
    });
    return this.#proving;
  }

  /** Gives up the folder; what is in it stays for the next owner, unless it is empty. */
  async leave(isEmpty: boolean): Promise<void> {
    await this.#house.leave();
    if (isEmpty) await this.#site.disk.removeFolder(this.#house.path);
  }

  async #prove(): Promise<House> {
    const lost = this.#house;
    if ((await lost.beat()) !== undefined) return lost;
    this.#house = await House.build(this.#site);
    await lost.leave();
    this.#troubled(
      journalUnusable(lost.path, 'it was taken over, since its owner stood still; another one was begun'),
    );
    return this.#house;
  }
}
