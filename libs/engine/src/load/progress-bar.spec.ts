import { progressBar, type Terminal } from './progress-bar.js';

function open(terminal: Partial<Terminal> = {}) {
  const written: string[] = [];
  const bar = progressBar({ isTTY: true, columns: 60, write: (text) => written.push(text), ...terminal });
  return { written, bar };
}

describe('the progress bar', () => {
  it('is drawn over itself until it ends its line', () => {
    const { bar, written } = open();
    bar?.({ done: 50, failed: 0, total: 200 }, false);
    bar?.({ done: 200, failed: 3, total: 200 }, true);
    expect(written).toEqual([
      '\rwarming [#########.............................] 50/200 25%\u001b[K',
      '\rwarming [##########################] 200/200 100%, 3 failed\u001b[K\n',
    ]);
  });

  it('counts where the end is not known', () => {
    const { bar, written } = open();
    bar?.({ done: 50, failed: 1, total: undefined }, true);
    expect(written).toEqual(['\rwarming 50, 1 failed\u001b[K\n']);
  });

  it.each([1, 8, 12, 20, 29, 30, 40, 80, 300])('never fills a terminal of %d columns', (columns) => {
    for (const total of [undefined, 0, 7, 1_000_000]) {
      const { bar, written } = open({ columns });
      bar?.({ done: 7, failed: 2, total }, false);
      const line = written.join('').replace('\r', '').replace('\u001b[K', '');
      expect(line.length).toBeLessThan(columns);
    }
  });

  it.each([0, undefined])('takes a terminal of %s columns for one of 80', (columns) => {
    const { bar, written } = open({ columns });
    bar?.({ done: 7, failed: 0, total: 10 }, false);
    expect(written[0]).toMatch(/\[#{28}\.{12}\] 7\/10 70%/);
  });

  it('does not run over its end where there are more keys than were announced', () => {
    const { bar, written } = open();
    bar?.({ done: 300, failed: 0, total: 200 }, false);
    expect(written[0]).toContain('300/200 100%');
  });

  it.each([false, undefined])('writes nothing, no escape codes either, where isTTY is %s', (isTTY) => {
    expect(open({ isTTY }).bar).toBeUndefined();
    expect(progressBar(undefined)).toBeUndefined();
  });
});
