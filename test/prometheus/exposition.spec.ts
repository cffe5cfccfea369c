import { parseExposition } from './exposition.js';

const HEAD = '# HELP birds_total Birds.\n# TYPE birds_total counter\n';

describe('the reader of expositions', () => {
  it('reads names, labels with escapes, and values', () => {
    const text = `${HEAD}birds_total{kind="a \\"b\\"\\n\\\\c",at="x"} 1.5e+3\nbirds_total +Inf\n`;
    expect(parseExposition(text).get('birds_total')).toEqual({
      help: 'Birds.',
      type: 'counter',
      samples: [
        { name: 'birds_total', labels: { kind: 'a "b"\n\\c', at: 'x' }, value: 1500 },
        { name: 'birds_total', labels: {}, value: Infinity },
      ],
    });
  });

  it.each([
    ['a line without an end', `${HEAD}birds_total 1`],
    ['a line before its header', 'birds_total 1\n'],
    ['a line of another metric', `${HEAD}owls_total 1\n`],
    ['a line twice', `${HEAD}birds_total{a="1",b="2"} 1\nbirds_total{b="2",a="1"} 1\n`],
    ['a label twice', `${HEAD}birds_total{a="1",a="2"} 1\n`],
    ['a family twice', `${HEAD}birds_total 1\n${HEAD}`],
    ['a type without a help', '# TYPE birds_total counter\n'],
    ['a type that does not exist', '# HELP birds_total Birds.\n# TYPE birds_total sum\n'],
    ['a bucket of a counter', `${HEAD}birds_total_bucket{le="1"} 1\n`],
    ['a label without quotes', `${HEAD}birds_total{a=1} 1\n`],
    ['a quote that is not escaped', `${HEAD}birds_total{a="b"c"} 1\n`],
    ['a name with a dash', `${HEAD}birds-total 1\n`],
    ['no number', `${HEAD}birds_total Nan\n`],
    ['undefined', `${HEAD}birds_total undefined\n`],
  ])('refuses %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
