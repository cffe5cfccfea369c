import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

/** Lets times of day through; midnight where nothing is said. */
@Injectable()
export class TimePipe implements PipeTransform<unknown, string> {
  transform(time: unknown): string {
    if (time === undefined) return '00:00';
    if (typeof time === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return time;
    throw new BadRequestException(`a time must look like 08:30, got ${JSON.stringify(time)}`);
  }
}
