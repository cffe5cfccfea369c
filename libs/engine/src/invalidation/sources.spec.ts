import { CacheError } from '../kernel/errors.js';
import { type EventSource, Sources } from './sources.js';

describe('sources', () => {
  it.each([[{}], [null], [undefined], [7], [{ subscribe: true }]])(
    'refuse %j, which is no stream',
    (given) => {
      const sources = new Sources({ invalidate: async () => undefined, failed: () => undefined });
      // As callers do whom no compiler has told.
      const add = (): unknown => sources.add(given as unknown as EventSource<unknown>, () => ({}));
      expect(add).toThrow(CacheError);
      expect(add).toThrow('event must be the name of an event, or a stream with subscribe(), got ');
    },
  );
});
