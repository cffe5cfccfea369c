import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  type MessageEvent,
  Param,
  Post,
  Put,
  Sse,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { type Flight, type FlightStatus, STATUSES } from './flight.js';
import { FlightsService } from './flights.service.js';

/** Shows flights, and takes changes to them; each answers the flight as it stands then. */
@Controller('flights/:id')
export class FlightsController {
  constructor(private readonly flights: FlightsService) {}

  @Get()
  find(@Param('id') id: string): Promise<Flight> {
    return this.flights.find(id);
  }

  /** For the display at the gate: the flight, and again with each change. */
  @Sse('live')
  follow(@Param('id') id: string): Observable<MessageEvent> {
    return this.flights.follow(id).pipe(map((flight) => ({ data: flight })));
  }

  @Put('gate')
  async assignGate(@Param('id') id: string, @Body() body: unknown): Promise<Flight> {
    await this.flights.assignGate(id, gateIn(body));
    return this.flights.find(id);
  }

  @Put('status')
  async setStatus(@Param('id') id: string, @Body() body: unknown): Promise<Flight> {
    await this.flights.setStatus(id, statusIn(body));
    return this.flights.find(id);
  }

  @Delete()
  async cancel(@Param('id') id: string): Promise<Flight> {
    await this.flights.cancel(id);
    return this.flights.find(id);
  }

  @Post('undo')
  @HttpCode(200)
  async undo(@Param('id') id: string): Promise<Flight> {
    await this.flights.undo(id);
    return this.flights.find(id);
  }
}

function gateIn(body: unknown): string {
  const gate = memberOf(body, 'gate');
  if (typeof gate === 'string' && /^[A-Z]?[0-9]{1,3}$/.test(gate)) return gate;
  throw new BadRequestException(`gate must look like B12 or 7, got ${shown(gate)}`);
}

function statusIn(body: unknown): FlightStatus {
  const found = memberOf(body, 'status');
  const status = STATUSES.find((known) => known === found);
  if (status !== undefined) return status;
  const hint = found === 'cancelled' ? '; to cancel a flight, DELETE it' : '';
  throw new BadRequestException(`status must be one of ${STATUSES.join(', ')}, got ${shown(found)}${hint}`);
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}

function shown(found: unknown): string {
  return JSON.stringify(found)?.slice(0, 80) ?? 'none';
}
