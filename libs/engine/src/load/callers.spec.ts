import { Callers } from './callers.js';

describe('callers', () => {
  it('abort the load when the last of those who may leave has left', () => {
    const callers = new Callers();
    const { signal } = new AbortController();
    callers.enter(signal);
    callers.enter(signal);
    const seen = callers.signal;
    expect([callers.leave('first'), seen.aborted]).toEqual([false, false]);
    expect([callers.leave('last'), seen.aborted, seen.reason]).toEqual([true, true, 'last']);
    expect(callers.count).toBe(2);
  });

  it('do not abort it while somebody waits who cannot leave', () => {
    const callers = new Callers();
    callers.enter();
    callers.enter(new AbortController().signal);
    expect(callers.leave('gone')).toBe(false);
  });

  it('tell a loader that asks late that it was aborted before', () => {
    const callers = new Callers();
    callers.abort('closed');
    expect([callers.signal.aborted, callers.signal.reason]).toEqual([true, 'closed']);
  });
});
