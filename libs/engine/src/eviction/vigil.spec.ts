import { Vigil } from './vigil.js';

/** How long it watches and rests in turn, in capacities. */
function turns(vigil: Vigil, capacity: number, count: number): number[] {
  const lengths: number[] = [];
  let looked = true;
  for (let length = 1; lengths.length < count; length++) {
    const looks = vigil.looks();
    if (looks === looked) continue;
    lengths.push(Math.floor(length / capacity));
    looked = looks;
    length = 0;
  }
  return lengths;
}

describe('a vigil', () => {
  it('never rests where the sample is small', () => {
    const vigil = new Vigil(100, 0.01);
    for (let request = 0; request < 100_000; request++) expect(vigil.looks()).toBe(true);
  });

  it('rests longer each time, up to a limit, where all keys are watched', () => {
    const [watch = 0, ...others] = turns(new Vigil(100, 1), 100, 16);
    const rests = others.filter((_, at) => at % 2 === 0).map((rest) => Math.round(rest / watch));
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 48, 48]);
  });

  it('watches from anew when it is roused', () => {
    const vigil = new Vigil(100, 1);
    while (vigil.looks());
    vigil.rouse();
    const [watch = 0, rest = 0] = turns(vigil, 100, 2);
    expect(rest).toBe(watch);
  });

  it('judges from the start, and after a rest only when the shadows have come in again', () => {
    const vigil = new Vigil(100, 1);
    expect(vigil.looks() && vigil.isSure).toBe(true);
    while (vigil.looks());
    while (!vigil.looks());
    let unsure = 1;
    while (vigil.looks() && !vigil.isSure) unsure++;
    expect(unsure).toBe(200);
  });
});
