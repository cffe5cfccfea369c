import { Controller, Get, Param, Query } from '@nestjs/common';
import { FlightsService } from '../flights/flights.service.js';
import type { Flight } from '../flights/flight.js';
import { IataListPipe } from '../input/iata-list.pipe.js';
import { IataPipe } from '../input/iata.pipe.js';
import { NumberPipe } from '../input/number.pipe.js';
import { TimePipe } from '../input/time.pipe.js';
import { PublicAnswer } from '../public-answer.decorator.js';
import type { AirportCard, Neighbour } from './airport.js';
import { AirportsService, known } from './airports.service.js';

const LATITUDE = new NumberPipe({ name: 'lat', from: -90, to: 90 });
const LONGITUDE = new NumberPipe({ name: 'lon', from: -180, to: 180 });
const LIMIT = new NumberPipe({ name: 'limit', from: 1, to: 500, otherwise: 5, isWhole: true });
const ROWS = new NumberPipe({ name: 'limit', from: 1, to: 100, otherwise: 20, isWhole: true });

/** Answers questions about airports. */
@Controller('airports')
export class AirportsController {
  constructor(
    private readonly airports: AirportsService,
    private readonly flights: FlightsService,
  ) {}

  /** Several airports at once; a code that no airport has is left out. */
  @Get()
  findMany(@Query('iata', IataListPipe) iatas: readonly string[]): Promise<AirportCard[]> {
    return this.airports.findMany(iatas);
  }

  /** Airports do not move: whoever asks for a place again, here or in a browser, gets what was measured. */
  @Get('nearest')
  @PublicAnswer('10m', ['lat', 'lon', 'limit'])
  nearest(
    @Query('lat', LATITUDE) latitude: number,
    @Query('lon', LONGITUDE) longitude: number,
    @Query('limit', LIMIT) limit: number,
  ): readonly Neighbour[] {
    return this.airports.nearest({ latitude, longitude }, limit);
  }

  @Get(':iata')
  async find(@Param('iata', IataPipe) iata: string): Promise<AirportCard> {
    return known(await this.airports.find(iata), iata);
  }

  /** The board of an airport. */
  @Get(':iata/departures')
  async departures(
    @Param('iata', IataPipe) iata: string,
    @Query('after', TimePipe) after: string,
    @Query('limit', ROWS) limit: number,
  ): Promise<readonly Flight[]> {
    known(await this.airports.find(iata), iata);
    return this.flights.departures(iata, { after, limit });
  }
}
