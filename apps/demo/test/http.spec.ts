import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Flight } from '../src/flights/flight.js';
import { type Service, startService } from './service.js';
import { temporaryFolder } from './temporary-folder.js';

describe('Departures over HTTP', () => {
  const place = temporaryFolder();
  let service: Service;

  beforeAll(async () => {
    service = await startService(place.folder);
  });

  afterAll(async () => {
    await service.close();
    place.remove();
  });

  async function countsOf(cache: 'default' | 'departures'): Promise<{ hits: number; loads: number }> {
    return {
      hits: await service.count('hits_total', cache),
      loads: await service.count('loads_total', cache),
    };
  }

  async function statusOf(id: string): Promise<Flight> {
    const { body } = await service.http.get(`/flights/${id}`).expect(200);
    return body;
  }

  it('shows an airport, in capitals or not, and answers the second time from the cache', async () => {
    const before = await countsOf('default');
    const { body } = await service.http.get('/airports/sfo').expect(200);
    await service.http.get('/airports/SFO').expect(200);
    const after = await countsOf('default');
    expect(body).toMatchObject({ iata: 'SFO', city: 'San Francisco', country: 'United States' });
    expect(body.busiest).toHaveLength(5);
    expect(after.loads - before.loads).toBe(1);
    expect(after.hits - before.hits).toBe(1);
  });

  it('looks up several airports at once, and only those that nobody has asked for', async () => {
    await service.http.get('/airports/DCA').expect(200);
    const before = await countsOf('default');
    const { body } = await service.http.get('/airports?iata=iad,DCA,BWI').expect(200);
    expect(body.map(({ iata }: { iata: string }) => iata)).toEqual(['IAD', 'DCA', 'BWI']);
    await service.http.get('/airports/BWI').expect(200);
    const after = await countsOf('default');
    expect([after.loads - before.loads, after.hits - before.hits]).toEqual([2, 2]);
  });

  it('leaves codes out that no airport has, and looks for each only once', async () => {
    const before = await countsOf('default');
    const { body } = await service.http.get('/airports?iata=QQZ,SEA').expect(200);
    expect(body.map(({ iata }: { iata: string }) => iata)).toEqual(['SEA']);
    await service.http.get('/airports/QQZ').expect(404);
    await service.http.get('/airports/QQZ').expect(404);
    expect((await countsOf('default')).loads - before.loads).toBe(2);
  });

  it('finds the airports nearest to a place, nearest first', async () => {
    const { body } = await service.http.get('/airports/nearest?lat=33.64&lon=-84.43&limit=3').expect(200);
    expect(body).toHaveLength(3);
    expect(body[0]).toMatchObject({ iata: 'ATL' });
    expect(body.map(({ km }: { km: number }) => km)).toEqual(
      body.map(({ km }: { km: number }) => km).sort((one: number, other: number) => one - other),
    );
  });

  it.each([
    ['/airports/nearest?lat=47.4&lon=8.5', '/airports/nearest?lon=8.5&lat=47.4&debug=1'],
    ['/routes?from=BOS&to=SEA', '/routes?to=SEA&from=BOS&utm_source=owl'],
  ])('answers %s once for all who ask for the same', async (path, same) => {
    const first = await service.http.get(path).expect(200).expect('x-cache', 'MISS');
    const again = await service.http
      .get(same)
      .set({ cookie: 'session=1', host: 'board.example' })
      .expect(200)
      .expect('x-cache', 'HIT');
    expect(again.body).toEqual(first.body);
    expect(first.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
    await service.http.get(path).set('if-none-match', String(first.headers.etag)).expect(304);
  });

  it('searches routes: direct, and with one stop', async () => {
    const { body } = await service.http.get('/routes?from=JFK&to=SFO').expect(200);
    expect(body.direct).toMatchObject({ via: ['JFK', 'SFO'] });
    expect(body.oneStop).toHaveLength(5);
    const { body: remote } = await service.http.get('/routes?from=ABE&to=SFO').expect(200);
    expect(remote.direct).toBeNull();
    for (const { via } of remote.oneStop) expect([via[0], via.length, via[2]]).toEqual(['ABE', 3, 'SFO']);
  });

  it('shows a changed gate and status at once, in the flight and on the board', async () => {
    const board = async (): Promise<Flight | undefined> => {
      const { body } = await service.http.get('/airports/BOS/departures?limit=100').expect(200);
      return body.find(({ id }: Flight) => id === 'BOS-ATL-1');
    };
    expect(await board()).toMatchObject({ gate: null, status: 'scheduled' });
    await service.http.put('/flights/BOS-ATL-1/gate').send({ gate: 'C7' }).expect(200);
    const { body } = await service.http
      .put('/flights/BOS-ATL-1/status')
      .send({ status: 'boarding' })
      .expect(200);
    expect(body).toMatchObject({ id: 'BOS-ATL-1', gate: 'C7', status: 'boarding' });
    expect(await board()).toEqual(body);
  });

  it('answers the board from the cache until one of its flights changes', async () => {
    const loads = async (path: string): Promise<number> => {
      const before = await countsOf('departures');
      await service.http.get(path).expect(200);
      return (await countsOf('departures')).loads - before.loads;
    };
    expect(await loads('/airports/LAX/departures')).toBe(1);
    expect(await loads('/airports/SFO/departures')).toBe(1);
    expect(await loads('/airports/LAX/departures')).toBe(0);
    await service.http.put('/flights/LAX-JFK-1/gate').send({ gate: '40' }).expect(200);
    expect(await loads('/airports/LAX/departures')).toBe(1);
    expect(await loads('/airports/SFO/departures')).toBe(0);
  });

  it('shows the departures from a time on', async () => {
    const { body } = await service.http.get('/airports/ATL/departures?after=12:30&limit=7').expect(200);
    expect(body).toHaveLength(7);
    for (const { departs } of body) expect(departs >= '12:30').toBe(true);
  });

  it('loses neither of a gate and a status that are set at the same time', async () => {
    await Promise.all([
      service.http.put('/flights/BOS-ORD-1/gate').send({ gate: 'A1' }).expect(200),
      service.http.put('/flights/BOS-ORD-1/status').send({ status: 'delayed' }).expect(200),
    ]);
    expect(await statusOf('BOS-ORD-1')).toMatchObject({ gate: 'A1', status: 'delayed' });
  });

  it('cancels a flight, and takes that back', async () => {
    await service.http.put('/flights/ATL-DEN-1/status').send({ status: 'delayed' }).expect(200);
    const { body } = await service.http.delete('/flights/ATL-DEN-1').expect(200);
    expect(body).toMatchObject({ status: 'cancelled' });
    const { body: undone } = await service.http.post('/flights/ATL-DEN-1/undo').expect(200);
    expect(undone).toMatchObject({ status: 'delayed' });
    expect(await statusOf('ATL-DEN-1')).toMatchObject({ status: 'delayed' });
  });

  it('refuses to take back a cancellation that was not the last, or that was overwritten', async () => {
    await service.http.delete('/flights/ATL-SEA-1').expect(200);
    const { body } = await service.http.post('/flights/ATL-LAX-1/undo').expect(409);
    expect(body.message).toMatch(/ATL-LAX-1 is not the flight that was cancelled last/);
    await service.http.put('/flights/ATL-SEA-1/status').send({ status: 'boarding' }).expect(200);
    const { body: conflict } = await service.http.post('/flights/ATL-SEA-1/undo').expect(409);
    expect(conflict).toMatchObject({ error: 'undo_conflict' });
    expect(await statusOf('ATL-SEA-1')).toMatchObject({ status: 'boarding' });
  });

  it.each([
    ['/airports/A', 400, /three letters or digits, such as ATL, got "A"/],
    ['/airports/QQQ', 404, /no airport has the IATA code QQQ/],
    ['/airports/QQQ/departures', 404, /no airport has the IATA code QQQ/],
    ['/airports/ATL/departures?after=25:00', 400, /a time must look like 08:30, got "25:00"/],
    ['/airports/nearest?lat=91&lon=0', 400, /lat must be a number from -90 to 90, got "91"/],
    ['/airports/nearest?lat=1', 400, /lon must be a number from -180 to 180, got none/],
    ['/airports/nearest?lat=&lon=0', 400, /lat must be/],
    ['/airports/nearest?lat=1&lon=1&limit=2.5', 400, /limit must be a whole number from 1 to 500/],
    ['/airports', 400, /iata must be 1 to 50 codes, such as ATL,BOS, got none/],
    ['/airports?iata=ATL,B', 400, /three letters or digits, such as ATL, got "B"/],
    [`/airports?iata=${'ATL,'.repeat(50)}BOS`, 400, /got 51 of them/],
    ['/routes?from=ATL', 400, /got none/],
    ['/routes?from=ATL&to=ATL', 400, /from and to must differ/],
    ['/routes?from=ATL&to=QQQ', 404, /QQQ/],
    ['/flights/ATL-QQQ-1', 404, /no flight has the id ATL-QQQ-1/],
    ['/flights/ATL-QQQ-1/live', 404, /no flight has the id ATL-QQQ-1/],
  ])('GET %s is %i', async (path, status, message) => {
    const { body } = await service.http.get(path).expect(status);
    expect(body.message).toMatch(message);
  });

  it.each([
    ['gate', {}, /gate must look like B12 or 7, got none/],
    ['gate', { gate: 'Robert; DROP' }, /gate must look like/],
    [
      'status',
      { status: 'lost' },
      /status must be one of scheduled, boarding, delayed, departed, got "lost"/,
    ],
    ['status', { status: 'cancelled' }, /to cancel a flight, DELETE it/],
    ['status', [], /status must be one of/],
  ])('PUT %s with %j is refused', async (field, sent, message) => {
    const { body } = await service.http.put(`/flights/ATL-BOS-1/${field}`).send(sent).expect(400);
    expect(body.message).toMatch(message);
  });

  it('knows no flight that is not in the timetable, whatever is done to it', async () => {
    await service.http.put('/flights/ATL-QQQ-1/gate').send({ gate: 'A1' }).expect(404);
    await service.http.put('/flights/ATL-QQQ-1/status').send({ status: 'boarding' }).expect(404);
    await service.http.delete('/flights/ATL-QQQ-1').expect(404);
    await service.http.post('/flights/ATL-QQQ-1/undo').expect(404);
  });

  it('says how it is', async () => {
    const { body } = await service.http.get('/health').expect(200);
    expect(body).toMatchObject({
      status: 'ok',
      info: {
        cache: { status: 'up', caches: { default: { state: 'up' }, board: { state: 'up' } } },
        database: { status: 'up' },
      },
    });
    expect(body.info.database.airports).toBeGreaterThan(5000);
  });

  it('tells Prometheus of its caches: each with its store and its policy', async () => {
    const { text } = await service.http
      .get('/metrics')
      .expect(200)
      .expect('content-type', /version=0\.0\.4/);
    const infos = text.split('\n').filter((line) => line.startsWith('nuthatch_info{'));
    expect(infos).toEqual([
      expect.stringMatching(/cache="default".*write_policy="writeBack".*store="sqlite"/),
      expect.stringMatching(/cache="board".*write_policy="writeBack".*store="FlightsTable"/),
      expect.not.stringContaining('store='),
    ]);
  });

  it('has every metric that the dashboard shows', async () => {
    const dashboard = await readFile(new URL('../../../docs/grafana/nuthatch.json', import.meta.url), 'utf8');
    const names = new Set(dashboard.match(/nuthatch_[a-z_]+/g));
    const { text } = await service.http.get('/metrics').expect(200);
    expect(names.size).toBeGreaterThan(20);
    names.delete('nuthatch_custom_total'); // the service counts nothing of its own
    expect([...names].filter((name) => !text.includes(`\n${name}{`))).toEqual([]);
  });

  it('starts with a page that lists what there is', async () => {
    const { text } = await service.http.get('/').expect(200).expect('content-type', /html/);
    const calls = [...text.matchAll(/<code>curl (.*?)<\/code>/g)].map(([, call = '']) => call);
    for (const path of ['/airports/ATL', '/routes?from', '/flights/', '/events', '/metrics', '/health'])
      expect(calls.some((call) => call.includes(path))).toBe(true);
    for (const [, path = ''] of text.matchAll(/href="([^"]+)"/g))
      if (!/live|events/.test(path)) await service.http.get(path.replaceAll('&amp;', '&')).expect(200);
  });
});
