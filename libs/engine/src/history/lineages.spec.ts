import { Fences } from '../load/fence.js';
import { Lineages } from './lineages.js';

function open() {
  const fences = new Fences();
  return { fences, lineages: new Lineages(fences) };
}

describe('a line of changes', () => {
  it('goes on through the changes of commands', () => {
    const { fences, lineages } = open();
    const line = lineages.enter('owl');
    fences.raise('owl');
    lineages.renew(['owl']);
    expect([lineages.isIn('owl', line), lineages.enter('owl')]).toEqual([true, line]);
  });

  it('ends with the change of anybody else, and never comes again', () => {
    const { fences, lineages } = open();
    const seen: number[] = [];
    for (let change = 0; change < 5; change++) {
      seen.push(lineages.enter('owl'));
      fences.raise('owl');
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen.filter((line) => lineages.isIn('owl', line))).toEqual([]);
  });

  it('is one of its own for every key', () => {
    const { fences, lineages } = open();
    const [owl, wren] = [lineages.enter('owl'), lineages.enter('wren')];
    fences.raise('owl');
    expect([lineages.isIn('owl', owl), lineages.isIn('wren', wren)]).toEqual([false, true]);
  });

  it('goes on through a command that changes everything, unless it had ended before', () => {
    const { fences, lineages } = open();
    const [owl, wren] = [lineages.enter('owl'), lineages.enter('wren')];
    fences.raise('owl');
    lineages.survive(() => fences.raiseAll());
    expect([lineages.isIn('owl', owl), lineages.isIn('wren', wren)]).toEqual([false, true]);
    fences.raiseAll();
    expect(lineages.isIn('wren', wren)).toBe(false);
  });

  it('is kept as long as anybody holds it, and costs nothing afterwards', () => {
    const { fences, lineages } = open();
    const line = lineages.enter('owl');
    lineages.enter('owl');
    fences.raise('owl');
    lineages.renew(['owl']);
    lineages.leave(['owl', 'wren']);
    expect([lineages.isIn('owl', line), fences.size]).toEqual([true, 1]);
    lineages.leave(['owl']);
    expect([lineages.isIn('owl', line), fences.size]).toEqual([false, 0]);
  });
});
