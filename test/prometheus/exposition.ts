/** One line of an exposition. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric of an exposition, with its lines in order. */
export interface ScrapedFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: ScrapedSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HEADER = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * Reads the text format of Prometheus (0.0.4) as strictly as a scraper does that refuses what it does not know: headers before their lines, no
 * line without its family, none of them twice, no unknown escape. @throws Error naming the line that is wrong.
 */
export function parseExposition(text: string): Map<string, ScrapedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const exposition = new Exposition();
  for (const line of text.split('\n')) if (line !== '') exposition.read(line);
  return exposition.families;
}

class Exposition {
  readonly families = new Map<string, ScrapedFamily>();
  readonly #helps = new Map<string, string>();
  readonly #seen = new Set<string>();
  #current = '';

  read(line: string): void {
    const [, kind, name = '', rest = ''] = HEADER.exec(line) ?? [];
    if (kind === 'HELP') this.#help(name, rest);
    else if (kind === 'TYPE') this.#type(name, rest);
    else this.#sample(sampleOf(line), line);
  }

  #help(name: string, help: string): void {
    if (this.#helps.has(name)) fail(`two helps of ${name}`);
    this.#helps.set(name, help);
    this.#current = '';
  }

  #type(name: string, type: string): void {
    if (this.families.has(name)) fail(`two types of ${name}`);
    if (!Object.hasOwn(SUFFIXES, type)) fail(`${name} of type ${type}`);
    this.families.set(name, { help: this.#helps.get(name) ?? fail(`no help of ${name}`), type, samples: [] });
    this.#current = name;
  }

  #sample(sample: ScrapedSample, line: string): void {
    const family = this.families.get(this.#current) ?? fail(line);
    if (!SUFFIXES[family.type]?.some((suffix) => sample.name === this.#current + suffix)) fail(line);
    const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (this.#seen.has(identity)) fail(`twice: ${line}`);
    this.#seen.add(identity);
    family.samples.push(sample);
  }
}

function sampleOf(line: string): ScrapedSample {
  const [, name = fail(line), labels = '', value = ''] = SAMPLE.exec(line) ?? fail(line);
  return { name, labels: labelsOf(labels), value: valueOf(value) };
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = fail(text), value = ''] = LABEL.exec(text) ?? fail(text);
    if (Object.hasOwn(labels, name)) fail(`twice: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function valueOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) fail(`no number: ${text}`);
  return Number(text);
}

function fail(line: string): never {
  throw new Error(`not in the format of Prometheus: ${line}`);
}
