import { BadRequestException, Controller, Get, Query } from '@nestjs/common';
import { IataPipe } from '../input/iata.pipe.js';
import type { RouteAnswer } from './route.js';
import { RoutesService } from './routes.service.js';

/** Finds ways from airport to airport. */
@Controller('routes')
export class RoutesController {
  constructor(private readonly routes: RoutesService) {}

  @Get()
  search(@Query('from', IataPipe) from: string, @Query('to', IataPipe) to: string): Promise<RouteAnswer> {
    if (from === to) throw new BadRequestException(`from and to must differ, got ${from} twice`);
    return this.routes.search(from, to);
  }
}
