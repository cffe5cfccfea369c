import { gzipSync } from 'node:zlib';
import { CacheError } from 'nuthatch/engine';
import { readTrace, type ReadTraceOptions } from 'nuthatch/simulator';
import { fileWith, keysOf } from './files.js';

async function keysIn(content: string | Buffer, options?: ReadTraceOptions): Promise<number[]> {
  return keysOf(await readTrace(await fileWith(content), options));
}

async function complaintOf(content: string | Buffer, options: ReadTraceOptions): Promise<string> {
  const file = await fileWith(content);
  const error: unknown = await readTrace(file, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CacheError);
  expect(error).toHaveProperty('code', 'bad_trace');
  return String(error).replace(file, 'FILE');
}

describe('a trace of lines', () => {
  it('has a request per line that is not blank, whatever the line ends are', async () => {
    expect(await keysIn('owl\r\nwren\n\nowl\n a key with spaces')).toEqual([0, 1, 0, 2]);
  });

  it('tells bytes apart that are no text', async () => {
    expect(await keysIn(Buffer.from([0xff, 0x0a, 0xfe, 0x0a, 0xff]))).toEqual([0, 1, 0]);
  });

  it('may begin with a byte order mark', async () => {
    expect(await keysIn('\ufeffowl\nowl\n')).toEqual([0, 0]);
  });

  it('is read across the borders of chunks, of the file as of the trace', async () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => (index * 7919) % 1009);
    const trace = await readTrace(await fileWith(keys.map((key) => `key:${key}`).join('\n')));
    const numbers = new Map<number, number>();
    for (const key of keys) if (!numbers.has(key)) numbers.set(key, numbers.size);
    expect(keysOf(trace)).toEqual(keys.map((key) => numbers.get(key)));
    expect(trace).toMatchObject({ requests: 200_000, keys: 1009, weights: undefined });
    expect(trace.chunks.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392]);
  });

  it('is refused where a line has no end', async () => {
    expect(await complaintOf('x'.repeat(2 ** 21), { format: 'lines' })).toMatch(
      /FILE, line 1: expected a line below 1 MiB, found "xxx/,
    );
  });
});

describe('a trace of ARC', () => {
  it('asks for as many blocks as each line says', async () => {
    expect(await keysIn('10 3 0 1\n11 1 0 2\n', { format: 'arc' })).toEqual([0, 1, 2, 1]);
  });

  it.each(['10 3 0', '10 -3 0 1', 'a 3 0 1', '10 9999999 0 1', '9007199254740991 2 0 1'])(
    'is refused for the line %j, by file and line',
    async (line) => {
      const expected = `FILE, line 3: expected four integers: start count ignored request, found ${JSON.stringify(line)}`;
      expect(await complaintOf(`1 1 0 1\n\n${line}\n`, { format: 'arc' })).toContain(expected);
    },
  );
});

describe('a trace of LIRS', () => {
  it('has an integer per line, and marks that are no requests', async () => {
    expect(await keysIn('5\n*\n-6\n 5 \n', { format: 'lirs' })).toEqual([0, 1, 0]);
  });

  it('is refused for anything else, by file and line', async () => {
    expect(await complaintOf('5\nfive\n', { format: 'lirs' })).toContain(
      `FILE, line 2: expected an integer or '*', found "five"`,
    );
  });
});

describe('a CSV trace', () => {
  it('is read by the columns key and weight of its header', async () => {
    const file = await fileWith('time,Key,size\n1,a,10\n2,"b, ""quoted""\nin two lines",20.5\n3,a,10\n');
    const trace = await readTrace(file, { format: 'csv' });
    expect(keysOf(trace)).toEqual([0, 1, 0]);
    expect(trace.weights?.map((chunk) => [...chunk])).toEqual([[10, 20.5, 10]]);
  });

  it('is read by the columns that are named', async () => {
    const trace = await readTrace(await fileWith('size,id,bytes\n1,a,10\n2,b,20\n'), {
      format: 'csv',
      key: 'id',
      weight: 'bytes',
    });
    expect([keysOf(trace), [...(trace.weights?.[0] ?? [])]]).toEqual([
      [0, 1],
      [10, 20],
    ]);
  });

  it('has no header where columns are numbered', async () => {
    const trace = await readTrace(await fileWith('a,10\nb,20\na,10\n'), { format: 'csv', key: 1, weight: 2 });
    expect([keysOf(trace), [...(trace.weights?.[0] ?? [])]]).toEqual([
      [0, 1, 0],
      [10, 20, 10],
    ]);
    expect(await keysIn('10,a\n20,b\n', { format: 'csv', key: 2 })).toEqual([0, 1]);
  });

  it.each<[string, string, ReadTraceOptions]>([
    ['line 1: expected a header line with a column "key", found "id,size"', 'id,size\na,1\n', {}],
    ['line 1: expected a header line with a column "id", found "key,size"', 'key,size\na,1\n', { key: 'id' }],
    ['line 3: expected a key in column 1, found ",2"', 'key,size\na,1\n,2\n', {}],
    ['line 2: expected a key in column 3, found "b,2"', 'a,1,x\nb,2\n', { key: 3 }],
    ['line 3: expected a weight of 0 or more in column 2, found "b,-2"', 'key,size\na,1\nb,-2\n', {}],
    ['line 2: expected a weight of 0 or more in column 2, found "b"', 'key,size\nb\n', {}],
    ['line 3 is no CSV: Quote Not Closed', 'key,size\na,1\n"b,2\n', {}],
  ])('is refused: %s', async (complaint, content, columns) => {
    const found = await complaintOf(content, { format: 'csv', ...columns });
    expect(found).toContain(`FILE, ${complaint}`);
  });

  it.each([{ key: 0 }, { key: '' }, { weight: 1.5 }])('is refused for the column %j', async (columns) => {
    const reading = readTrace(await fileWith('a,1\n'), { format: 'csv', ...columns });
    await expect(reading).rejects.toMatchObject({ code: 'bad_option' });
  });
});

describe('the format of a trace', () => {
  it.each([
    ['lines', 'trace.txt', '1\n2\n3\n'],
    ['lines', 'trace.txt', '1 2 0 3\nowl\n'],
    ['lirs', 'trace.trc', '1\n*\n2\n'],
    ['arc', 'trace.lis', '1 2 0 3\n4 5 0 6\n'],
    ['csv', 'trace.CSV', 'key,size\na,1\n'],
  ])('is %s by what is in %s', async (format, name, content) => {
    const trace = await readTrace(await fileWith(content, name));
    expect(trace).toMatchObject({ format, name: 'trace' });
  });

  it('is one of those that there are', async () => {
    const options = { format: 'xml' } as unknown as ReadTraceOptions;
    await expect(readTrace('trace', options)).rejects.toMatchObject({
      code: 'unknown_name',
      message: 'format must be one of auto, lines, arc, lirs, csv, got "xml"',
    });
  });
});

describe('a compressed trace', () => {
  const text = Array.from({ length: 30_000 }, (_, index) => `key:${index % 997}\n`).join('');

  it('is inflated, whatever its name', async () => {
    const [compressed, plain] = [await fileWith(gzipSync(text), 'trace.txt'), await fileWith(text, 'b.gz')];
    const traces = [await readTrace(compressed), await readTrace(plain)];
    expect(traces.map(({ keys, requests }) => [keys, requests])).toEqual([
      [997, 30_000],
      [997, 30_000],
    ]);
  });

  it('may have several members', async () => {
    expect(await keysIn(Buffer.concat([gzipSync('a\nb\n'), gzipSync('a\n')]))).toEqual([0, 1, 0]);
  });

  it('that was cut is refused', async () => {
    expect(await complaintOf(gzipSync(text).subarray(0, -100), {})).toMatch(
      /FILE cannot be read: unexpected/,
    );
  });
});

describe('a trace that cannot be read', () => {
  it('because it is empty, is refused', async () => {
    expect(await complaintOf('\n\n', {})).toContain('FILE holds no requests');
    expect(await complaintOf('', {})).toContain('FILE holds no requests');
  });

  it('because there is no such file, is refused', async () => {
    await expect(readTrace('no/such/trace')).rejects.toMatchObject({
      code: 'bad_trace',
      message: expect.stringContaining('no/such/trace cannot be read: ENOENT'),
    });
  });
});
