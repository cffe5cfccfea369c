import { Fences } from '../load/fence.js';
import { Lineages } from './lineages.js';

function open() {
  const fences = new Fences();
  return { fences, lineages: new Lineages(fences) };
}

describe('a line of changes', () => {
  it('goes on through the changes of commands', () => {
    const { fences, lineages } = open();
    const line = lineages.current('owl');
    fences.raise('owl');
    lineages.renew('owl');
    expect(lineages.current('owl')).toBe(line);
  });

  it('ends with the change of anybody else, and never comes again', () => {
    const { fences, lineages } = open();
    const seen = new Set<number>();
    for (let change = 0; change < 5; change++) {
      seen.add(lineages.current('owl'));
      fences.raise('owl');
    }
    expect(seen.size).toBe(5);
  });

  it('is one of its own for every key', () => {
    const { fences, lineages } = open();
    const [owl, wren] = [lineages.current('owl'), lineages.current('wren')];
    fences.raise('owl');
    expect([lineages.current('owl') === owl, lineages.current('wren') === wren]).toEqual([false, true]);
  });

  it('costs nothing once its key is forgotten', () => {
    const { fences, lineages } = open();
    lineages.current('owl');
    lineages.current('wren');
    fences.raise('wren');
    lineages.current('wren');
    lineages.keepOnly(new Set(['wren']));
    expect(fences.size).toBe(1);
    lineages.keepOnly(new Set());
    expect(fences.size).toBe(0);
  });
});
