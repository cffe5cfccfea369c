import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

/** Lets IATA codes through, in capitals. */
@Injectable()
export class IataPipe implements PipeTransform<unknown, string> {
  transform(code: unknown): string {
    if (typeof code === 'string' && /^[a-z0-9]{3}$/i.test(code)) return code.toUpperCase();
    throw new BadRequestException(
      `an IATA code must be three letters or digits, such as ATL, got ${JSON.stringify(code) ?? 'none'}`,
    );
  }
}
