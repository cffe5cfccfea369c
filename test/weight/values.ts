/** Makes the value number `id` of its kind, which shares nothing with the others. */
export type MakeValue = (id: number) => unknown;

class Bird {
  readonly id: number;
  readonly name: string;
  readonly born = new Date(5);
  readonly nest: { readonly height: number; readonly tree: string };

  constructor(id: number) {
    this.id = id;
    this.name = text(`owl number ${id}`);
    this.nest = { height: id + 0.5, tree: text(`tree number ${id}`) };
  }

  get isOwl(): boolean {
    return true;
  }
}

const row = (id: number) => ({
  id,
  name: `owl number ${id}`,
  tags: ['night', `forest ${id}`],
  wings: true,
  weight: id + 0.5,
});

/** Values of every kind that people keep in caches; each takes more than a hundred bytes. */
export const kinds: Readonly<Record<string, MakeValue>> = {
  'a row': (id) => parsed(row(id)),
  'an instance of a class': (id) => new Bird(id),
  'an order with its lines': (id) =>
    parsed({
      id,
      customer: { name: `customer ${id}`, address: { street: `street ${id}`, city: `city ${id}` } },
      lines: times(12, (at) => ({ product: `product ${id} ${at}`, count: at, price: at + 0.25 })),
      note: null,
    }),
  'a list of rows': (id) => parsed(times(500, (at) => row(id * 1000 + at))),
  'lists in rows in a list': (id) =>
    parsed(times(100, (at) => ({ at, list: times(10, (inner) => ({ id, inner })) }))),
  'a long string': (id) => text(String(id).padEnd(1000, 'x')),
  'a long string beyond Latin-1': (id) => text(String(id).padEnd(1000, '€')),
  'a long string with one character beyond Latin-1': (id) => text(`${String(id).padEnd(900, 'x')}€`),
  'a list of whole numbers': (id) => times(1000, (at) => at + id),
  'a list of fractions': (id) => times(1000, (at) => at + id + 0.5),
  'a list of strings': (id) => times(1000, (at) => text(`user:${id}:${at}`)),
  'a list of fractions and strings': (id) =>
    times(1000, (at) => (at % 2 === 0 ? at + 0.5 : text(`user:${id}:${at}`))),
  'a map of numbers': (id) => new Map(times(1000, (at) => [text(`key ${id} ${at}`), at])),
  'a map of objects': (id) => new Map(times(1000, (at) => [at, { id, at }])),
  'a set': (id) => new Set(times(1000, (at) => text(`key ${id} ${at}`))),
  'an object used as a table': (id) =>
    parsed(Object.fromEntries(times(1000, (at) => [`key ${id} ${at}`, `value ${id} ${at}`]))),
  'a list of dates': (id) => times(100, (at) => new Date(id + at)),
  'a large number': (id) => 2n ** 4000n + BigInt(id),
  'a typed array': () => new Float64Array(1000),
  'a small typed array': () => new Uint8Array(40),
  'a buffer': () => Buffer.alloc(10_000),
  'a bare buffer': () => new ArrayBuffer(10_000),
  'a sparse list': (id) => {
    const list: unknown[] = [];
    for (let at = 0; at < 100; at++) list[at * 20_000] = { id, at };
    return list;
  },
};

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** As values come from elsewhere. */
function parsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A string in one piece, which no other string is a part of. */
function text(value: string): string {
  return Buffer.from(value).toString();
}
