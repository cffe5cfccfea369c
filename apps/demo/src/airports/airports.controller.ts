import { Controller, Get, Param, Query } from '@nestjs/common';
import { FlightsService } from '../flights/flights.service.js';
import type { Flight } from '../flights/flight.js';
import { IataPipe } from '../input/iata.pipe.js';
import { NumberPipe } from '../input/number.pipe.js';
import { TimePipe } from '../input/time.pipe.js';
import type { AirportCard, Neighbour } from './airport.js';
import { AirportsService } from './airports.service.js';

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

  @Get('nearest')
  nearest(
    @Query('lat', LATITUDE) latitude: number,
    @Query('lon', LONGITUDE) longitude: number,
    @Query('limit', LIMIT) limit: number,
  ): Promise<readonly Neighbour[]> {
    return this.airports.nearest({ latitude, longitude }, limit);
  }

  @Get(':iata')
  find(@Param('iata', IataPipe) iata: string): Promise<AirportCard> {
    return this.airports.find(iata);
  }

  /** The board of an airport. */
  @Get(':iata/departures')
  async departures(
    @Param('iata', IataPipe) iata: string,
    @Query('after', TimePipe) after: string,
    @Query('limit', ROWS) limit: number,
  ): Promise<readonly Flight[]> {
    await this.airports.find(iata);
    return this.flights.departures(iata, { after, limit });
  }
}
