import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { type Service, startService } from './service.js';
import { temporaryFolder } from './temporary-folder.js';

describe('Departures, stopped and started again', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let services: Service[];

  beforeEach(() => {
    place = temporaryFolder();
    services = [];
  });

  afterEach(async () => {
    for (const service of services) await service.close();
    place.remove();
  });

  async function start(): Promise<Service> {
    const service = await startService(place.folder);
    services.push(service);
    return service;
  }

  function rowOf(id: string): unknown {
    const database = new Sqlite(join(place.folder, 'departures.db'), { readonly: true });
    try {
      return database.prepare('SELECT gate, status FROM flights WHERE id = ?').get(id);
    } finally {
      database.close();
    }
  }

  it('has every change in the table of flights, and shows it again', async () => {
    const service = await start();
    await service.http.put('/flights/ATL-BOS-1/gate').send({ gate: 'B12' }).expect(200);
    await service.http.put('/flights/ATL-BOS-1/status').send({ status: 'boarding' }).expect(200);
    await service.http.delete('/flights/ATL-BOS-2').expect(200);
    const pending = await service.count('dirty_writes', 'board');
    expect(pending + (await service.count('flushed_writes_total', 'board'))).toBe(3);
    await service.close();

    expect(rowOf('ATL-BOS-1')).toEqual({ gate: 'B12', status: 'boarding' });
    expect(rowOf('ATL-BOS-2')).toEqual({ gate: null, status: 'cancelled' });

    const again = await start();
    const { body: flight } = await again.http.get('/flights/ATL-BOS-1').expect(200);
    expect(flight).toMatchObject({ gate: 'B12', status: 'boarding' });
  });

  it('brings the old status back to the table when a cancellation is undone', async () => {
    const service = await start();
    await service.http.delete('/flights/ATL-BOS-3').expect(200);
    await service.http.post('/flights/ATL-BOS-3/undo').expect(200);
    await service.close();
    expect(rowOf('ATL-BOS-3')).toEqual({ gate: null, status: null });
  });

  it('answers what it has computed before without computing it again', async () => {
    const service = await start();
    const { body: computed } = await service.http.get('/airports/nearest?lat=1&lon=2').expect(200);
    await service.close();

    const again = await start();
    const { body: kept } = await again.http
      .get('/airports/nearest?lat=1&lon=2')
      .expect(200)
      .expect('x-cache', 'HIT');
    expect(kept).toEqual(computed);
    expect(await again.count('loads_total', 'default')).toBe(0);
    expect(await again.count('store_hits_total', 'default')).toBe(1);
  });

  it('stops although somebody listens to the events', async () => {
    const service = await start();
    const events = await fetch(`${service.url}/events`);
    const ended = events.text().then(
      () => 'ended',
      () => 'cut off',
    );
    await service.close();
    expect(['ended', 'cut off']).toContain(await ended);
  });
});
