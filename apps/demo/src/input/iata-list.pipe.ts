import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { IataPipe } from './iata.pipe.js';

const MOST = 50;

/** Lets lists of IATA codes through, such as `ATL,BOS`, in capitals. */
@Injectable()
export class IataListPipe implements PipeTransform<unknown, string[]> {
  private readonly code = new IataPipe();

  transform(list: unknown): string[] {
    const codes = typeof list === 'string' ? list.split(',') : [];
    if (codes.length >= 1 && codes.length <= MOST) return codes.map((code) => this.code.transform(code));
    const found = typeof list === 'string' ? `${codes.length} of them` : (JSON.stringify(list) ?? 'none');
    throw new BadRequestException(`iata must be 1 to ${MOST} codes, such as ATL,BOS, got ${found}`);
  }
}
