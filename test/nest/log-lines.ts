import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';

/** Collects the warnings that are logged during each test, in the place of writing them. To be called once, outside of tests. */
export function collectWarnings(): string[] {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((message: unknown) => void lines.push(String(message)));
  });
  afterEach(() => jest.restoreAllMocks());
  return lines;
}
