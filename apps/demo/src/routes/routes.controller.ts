import { BadRequestException, Controller, Get, Query } from '@nestjs/common';
import { IataPipe } from '../input/iata.pipe.js';
import { PublicAnswer } from '../public-answer.decorator.js';
import type { RouteAnswer } from './route.js';
import { RoutesService } from './routes.service.js';

/** Finds ways from airport to airport, once for all who ask for the same two. */
@Controller('routes')
export class RoutesController {
  constructor(private readonly routes: RoutesService) {}

  @Get()
  @PublicAnswer('1h', ['from', 'to'])
  search(@Query('from', IataPipe) from: string, @Query('to', IataPipe) to: string): RouteAnswer {
    if (from === to) throw new BadRequestException(`from and to must differ, got ${from} twice`);
    return this.routes.search(from, to);
  }
}
