import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What is meant where nothing is said; without it something must be. */
  readonly otherwise?: number;
  readonly isWhole?: boolean;
}

/** Lets numbers of a range through. */
@Injectable()
export class NumberPipe implements PipeTransform<unknown, number> {
  constructor(private readonly range: Range) {}

  transform(text: unknown): number {
    if (text === undefined && this.range.otherwise !== undefined) return this.range.otherwise;
    const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : NaN;
    if (this.allows(number)) return number;
    const { name, from, to, isWhole } = this.range;
    const kind = isWhole === true ? 'a whole number' : 'a number';
    throw new BadRequestException(`${name} must be ${kind} from ${from} to ${to}, got ${shown(text)}`);
  }

  private allows(number: number): boolean {
    const { from, to, isWhole } = this.range;
    return number >= from && number <= to && (isWhole !== true || Number.isInteger(number));
  }
}

function shown(text: unknown): string {
  return text === undefined ? 'none' : JSON.stringify(text);
}
