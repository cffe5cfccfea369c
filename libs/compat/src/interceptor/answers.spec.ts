import type { ExecutionContext } from '@nestjs/common';
import { FakeClock, settle } from 'nuthatch/testing';
import { concat, firstValueFrom, lastValueFrom, NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { Answers } from './answers.js';

/** Answers over a map, by handlers that the test has in hand. */
function open() {
  const [clock, kept] = [new FakeClock(), new Map<string, unknown>()];
  const cache = {
    get: async <T>(key: string) => kept.get(key) as T | undefined,
    set: async <T>(key: string, value: T) => void kept.set(key, value) as T,
  };
  const answers = new Answers(cache, clock);
  const runs = { count: 0 };
  const load = (handled: Observable<unknown>, key = 'key'): Observable<unknown> => {
    // Of a message nothing else is asked.
    const context = { getType: () => 'rpc' } as ExecutionContext;
    const handle = (): Observable<unknown> => {
      runs.count++;
      return handled;
    };
    return answers.load({ context, key, isStillTheirs: () => true }, { handle });
  };
  return { clock, kept, runs, load, ask: (handled: Observable<unknown>) => lastValueFrom(load(handled)) };
}

describe('a handler that hangs', () => {
  it('holds up those who wait for half a minute, then they run theirs', async () => {
    const { clock, runs, ask } = open();
    void ask(NEVER);
    const waiting = Promise.all([ask(of('one')), ask(of('another'))]);
    clock.advance(29_999);
    await settle();
    expect(runs.count).toBe(1);
    clock.advance(1);
    expect(await waiting).toEqual(['one', 'another']);
  });

  it('holds up nobody who comes later than that, and what he gets is kept', async () => {
    const { clock, kept, ask } = open();
    const hanging = new Subject();
    const late = ask(hanging);
    clock.advance('31s');
    expect(await ask(of('new'))).toBe('new');
    await settle();
    hanging.next('old');
    hanging.complete();
    expect(await late).toBe('old');
    await settle();
    expect(kept.get('key')).toBe('new');
  });

  it('holds up nobody twice, whoever hangs next', async () => {
    const { clock, ask } = open();
    void ask(NEVER);
    clock.advance('10s');
    const waiting = ask(of('own'));
    clock.advance('25s');
    void ask(NEVER);
    clock.advance('5s');
    expect(await waiting).toBe('own');
  });

  it('leaves no timer behind of those who wait no more', async () => {
    const { clock, load } = open();
    load(NEVER).subscribe();
    const waiting = load(of(1)).subscribe();
    expect(clock.timers).toBe(1);
    waiting.unsubscribe();
    expect(clock.timers).toBe(0);
  });
});

describe('an answer that is broken off', () => {
  it('by whoever asked for it, is found by one of those who wait for all of them', async () => {
    const { runs, load, ask } = open();
    const leaving = load(NEVER).subscribe();
    const waiting = Promise.all([ask(of('found')), ask(of('of another'))]);
    leaving.unsubscribe();
    expect(await waiting).toEqual(['found', 'found']);
    expect(runs.count).toBe(2);
  });

  it('after its first value, is nobody to wait for later', async () => {
    const { kept, load, ask } = open();
    expect(await firstValueFrom(load(concat(of('first'), NEVER)))).toBe('first');
    expect(await ask(of('whole'))).toBe('whole');
    await settle();
    expect(kept.get('key')).toBe('whole');
  });

  it('by an error after its first value, fails nobody who asks later', async () => {
    const { ask } = open();
    await expect(
      ask(
        concat(
          of('first'),
          throwError(() => new Error('broken')),
        ),
      ),
    ).rejects.toThrow('broken');
    expect(await ask(of('whole'))).toBe('whole');
  });
});
