import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { Cache, Cacheable, CacheEvict, CachePut, InjectCache } from 'nuthatch';
import { cacheKey, SetCommand } from 'nuthatch/engine';
import { combineLatest, firstValueFrom, map, type Observable } from 'rxjs';
import { DeparturesDatabase } from '../data/departures-database.js';
import type { TimetableFlight } from '../data/timetable.js';
import { boardKey, departuresTag, originOf } from './board-key.js';
import type { Flight, FlightStatus } from './flight.js';

const SQL = {
  flight: 'SELECT id, origin, destination, departs FROM flights WHERE id = ?',
  departures: `SELECT id, origin, destination, departs FROM flights WHERE origin = ? AND departs >= ?
    ORDER BY departs, id LIMIT ?`,
} as const;

/** Which departures to show: those from a time of day on. */
export interface Page {
  readonly after: string;
  readonly limit: number;
}

/** What a change to a flight makes outdated: the departures of the airport that it leaves from. */
const boardOfFlight = { cache: 'departures', tags: (id: string) => [departuresTag(originOf(id))] };

/**
 * Keeps the board: the timetable is read from the database, gates and statuses from the cache `board`, which writes them back to
 * it. A change is acknowledged at once and readable at once.
 */
@Injectable()
export class FlightsService {
  constructor(
    @InjectCache('board') private readonly board: Cache<string>,
    private readonly database: DeparturesDatabase,
  ) {}

  /** A flight as it stands now. @throws NotFoundException. */
  async find(id: string): Promise<Flight> {
    const flight = this.timetabled(id);
    return asItStands(flight, await this.board.getMany(keysOf(flight)));
  }

  /** A flight as it stands now, and again whenever its gate or status changes. @throws NotFoundException. */
  follow(id: string): Observable<Flight> {
    const flight = this.timetabled(id);
    const said = keysOf(flight).map((key) =>
      this.board.watch$(key).pipe(map((value) => [key, value] as const)),
    );
    return combineLatest(said).pipe(map((fields) => asItStands(flight, new Map(fields))));
  }

  /** The next flights that leave an airport, from the cache where nothing about any of its flights has changed. */
  @Cacheable({
    cache: 'departures',
    key: (iata: string, page: Page) => cacheKey(iata, page),
    tags: (iata: string) => [departuresTag(iata)],
  })
  async departures(iata: string, { after, limit }: Page): Promise<readonly Flight[]> {
    const flights = this.database.all<TimetableFlight>(SQL.departures, iata, after, limit);
    const said = await this.board.getMany(flights.flatMap(keysOf));
    return flights.map((flight) => asItStands(flight, said));
  }

  /** Gives a flight a gate; what is answered is what the cache keeps. @throws NotFoundException. */
  @CacheEvict(boardOfFlight)
  @CachePut({ cache: 'board', key: (id: string) => boardKey('gate', id) })
  async assignGate(id: string, gate: string): Promise<string> {
    this.timetabled(id);
    return gate;
  }

  /** Says how a flight is getting on; what is answered is what the cache keeps. @throws NotFoundException. */
  @CacheEvict(boardOfFlight)
  @CachePut({ cache: 'board', key: (id: string) => boardKey('status', id) })
  async setStatus(id: string, status: FlightStatus): Promise<FlightStatus> {
    this.timetabled(id);
    return status;
  }

  /** Cancels a flight, by a command that {@link undo} can take back. @throws NotFoundException. */
  @CacheEvict(boardOfFlight)
  async cancel(id: string): Promise<void> {
    this.timetabled(id);
    await this.board.run(new SetCommand(boardKey('status', id), 'cancelled'));
  }

  /**
   * Takes the last cancellation back: the flight has the status that it had before.
   * @throws ConflictException where this flight was not the last one cancelled.
   * @throws CacheError `undo_conflict` where its status has been set since.
   */
  @CacheEvict(boardOfFlight)
  async undo(id: string): Promise<void> {
    this.timetabled(id);
    const { undoable } = await firstValueFrom(this.board.history$);
    const last = undoable.at(-1)?.keys[0];
    if (last !== boardKey('status', id)) {
      throw new ConflictException(`${id} is not the flight that was cancelled last: ${last ?? 'none was'}`);
    }
    await this.board.undo();
  }

  private timetabled(id: string): TimetableFlight {
    const flight = this.database.first<TimetableFlight>(SQL.flight, id);
    if (flight === undefined) throw new NotFoundException(`no flight has the id ${id}`);
    return flight;
  }
}

function keysOf({ id }: TimetableFlight): [gate: string, status: string] {
  return [boardKey('gate', id), boardKey('status', id)];
}

function asItStands(flight: TimetableFlight, said: ReadonlyMap<string, string | undefined>): Flight {
  const [gate, status] = keysOf(flight).map((key) => said.get(key));
  // Only setStatus and cancel write statuses.
  return { ...flight, gate: gate ?? null, status: (status ?? 'scheduled') as FlightStatus };
}
