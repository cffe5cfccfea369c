import { Subject, toArray } from 'rxjs';
import { runHandler } from './answered.js';

describe('runHandler', () => {
  it('hands on all of a stream, also what came before anybody listened', async () => {
    const source = new Subject<number>();
    const running = runHandler(source, false);
    for (const value of [1, 2]) source.next(value);
    const answered = await running;
    if (answered.kind !== 'stream') throw new Error('a value');
    source.next(3);
    const heard = new Promise((resolve) => answered.stream$.pipe(toArray()).subscribe(resolve));
    source.next(4);
    source.complete();
    expect(await heard).toEqual([1, 2, 3, 4]);
  });

  it('holds nothing of a stream that somebody listens to', async () => {
    const source = new Subject<object>();
    const running = runHandler(source, false);
    source.next({});
    const answered = await running;
    if (answered.kind !== 'stream') throw new Error('a value');
    answered.stream$.subscribe();
    const late: unknown[] = [];
    for (let count = 0; count < 3; count++) source.next({ count });
    answered.stream$.subscribe((value) => late.push(value));
    expect(late).toEqual([]);
  });

  it('ends what runs when its listener leaves', async () => {
    const source = new Subject<number>();
    const running = runHandler(source, false);
    source.next(1);
    const answered = await running;
    if (answered.kind !== 'stream') throw new Error('a value');
    answered.stream$.subscribe().unsubscribe();
    expect(source.observed).toBe(false);
  });
});
