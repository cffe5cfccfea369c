import { type ExecutionContext, Get, Res, type Type } from '@nestjs/common';
import { answersByItself } from './answers-by-itself.js';

class Plain {
  @Get()
  get(): void {}
}

class ByHand {
  @Get()
  get(): void {}

  @Get('by-hand')
  byHand(@Res() _response: unknown): void {}
}

function contextOf(type: Type, handler: () => void): ExecutionContext {
  // All of it that is asked for.
  return { getClass: () => type, getHandler: () => handler } as unknown as ExecutionContext;
}

describe('a handler that answers by itself', () => {
  it('is the one that is handed the response, and no other of its class', () => {
    const { byHand, get } = ByHand.prototype;
    expect(answersByItself(contextOf(ByHand, byHand as () => void))).toBe(true);
    expect(answersByItself(contextOf(ByHand, get))).toBe(false);
  });

  it('may be any of a class that has one, where nobody can tell which it is', () => {
    const unknown = (): void => undefined;
    expect(answersByItself(contextOf(ByHand, unknown))).toBe(true);
    expect(answersByItself(contextOf(Plain, unknown))).toBe(false);
  });
});
