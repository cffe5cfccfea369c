import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { breachesOf, type Sources } from './support/architecture.js';

const ROOT = join(import.meta.dirname, '..');

/** The sources of all libs and apps, without specs. */
function readSources(): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of ['libs', 'apps'])
    for (const found of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const path = join(found.parentPath, found.name);
      if (!/\/src\/.*\.ts$/.test(path) || path.endsWith('.spec.ts')) continue;
      sources.set(relative(ROOT, path).split(sep).join('/'), readFileSync(path, 'utf8'));
    }
  return sources;
}

/** A house in which all is well, with something planted in it. */
function planted(files: Readonly<Record<string, string>> = {}): Sources {
  const house = {
    'libs/engine/src/index.ts':
      "export { Cache } from './cache.js';\nexport { createCache } from './create-cache.js';",
    'libs/engine/src/create-cache.ts':
      "import { Cache } from './cache.js';\nimport { Table } from './memory/table.js';\nnew Cache(new Table());",
    'libs/engine/src/cache.ts':
      "import type { Table } from './memory/table.js';\nimport { Subject } from 'rxjs';",
    'libs/engine/src/memory/table.ts':
      "import { lru } from '../eviction/lru.js';\nimport { systemClock } from '../kernel/clock.js';",
    'libs/engine/src/eviction/lru.ts': "import { systemClock } from '../kernel/clock.js';",
    'libs/engine/src/kernel/clock.ts': "import ms from 'ms';\nimport { types } from 'node:util';",
    'libs/sqlite/src/store.ts':
      "import { createCache } from 'nuthatch/engine';\nimport D from 'better-sqlite3';",
    'apps/demo/src/main.ts': "import { createCache } from 'nuthatch/engine';\nimport './board.js';",
    'apps/demo/src/board.ts': '',
  };
  return new Map(Object.entries({ ...house, ...files }));
}

describe('the architecture', () => {
  it('is kept by every file', () => {
    const sources = readSources();
    expect(sources.size).toBeGreaterThan(80);
    expect(breachesOf(sources)).toEqual([]);
  });

  it('has no breach in a house in which all is well', () => {
    expect(breachesOf(planted())).toEqual([]);
  });

  const breaches: readonly [what: string, path: string, source: string, breach: string][] = [
    [
      'a room that looks up',
      'libs/engine/src/kernel/random.ts',
      "import { Table } from '../memory/table.js';",
      'libs/engine/src/kernel/random.ts imports ../memory/table.js: kernel may import no other room',
    ],
    [
      'a room that looks aside, for a type',
      'libs/engine/src/load/reader.ts',
      "import type { Table } from '../memory/table.js';",
      'libs/engine/src/load/reader.ts imports ../memory/table.js: load may import diagnostics store events kernel',
    ],
    [
      'an export that reaches into another room',
      'libs/engine/src/snapshot/snapshot.ts',
      "export {\n  type Table,\n  lru,\n} from '../memory/table.js';",
      'libs/engine/src/snapshot/snapshot.ts imports ../memory/table.js: snapshot may import store kernel',
    ],
    [
      'an import at run time',
      'libs/engine/src/history/history.ts',
      "export const late = () => import('../memory/table.js');",
      'libs/engine/src/history/history.ts imports ../memory/table.js: history may import events kernel',
    ],
    [
      'a room that knows its caller',
      'libs/engine/src/eviction/fifo.ts',
      "import type { Cache } from '../cache.js';",
      'libs/engine/src/eviction/fifo.ts imports ../cache.js: a room does not know the files at the root',
    ],
    [
      'a room that is not in the table',
      'libs/engine/src/magic/wand.ts',
      "import { systemClock } from '../kernel/clock.js';",
      'libs/engine/src/magic/wand.ts imports ../kernel/clock.js: magic is no room that test/support/architecture.ts knows',
    ],
    [
      'a package where none belongs',
      'libs/engine/src/memory/weight.ts',
      "import { Subject } from 'rxjs';",
      'libs/engine/src/memory/weight.ts imports rxjs: its packages are none',
    ],
    [
      'a framework in the engine',
      'libs/engine/src/options.ts',
      "import { Module } from '@nestjs/common';",
      'libs/engine/src/options.ts imports @nestjs/common: its packages are rxjs',
    ],
    [
      'wiring elsewhere',
      'libs/engine/src/maintenance.ts',
      "import { type Other, Table } from './memory/table.js';\nconst table = new Table();",
      'libs/engine/src/maintenance.ts makes a Table of ./memory/table.js: only create-cache.ts wires',
    ],
    [
      'somebody else who wires',
      'libs/engine/src/cache.ts',
      "import type { Core } from './wiring/core.js';",
      'libs/engine/src/cache.ts imports ./wiring/core.js: only create-cache.ts may import it',
    ],
    [
      'a lib imported by path',
      'libs/sqlite/src/sqlite.ts',
      "import { Cache } from '../../engine/src/cache.js';",
      'libs/sqlite/src/sqlite.ts imports ../../engine/src/cache.js: a lib is imported by its public name',
    ],
    [
      'a lib imported by a back door',
      'libs/sqlite/src/sqlite.ts',
      "import { Cache } from 'nuthatch/engine/src/cache.js';",
      'libs/sqlite/src/sqlite.ts imports nuthatch/engine/src/cache.js: a lib has one door, nuthatch/<lib>',
    ],
    [
      'a lib that builds on a sibling',
      'libs/sqlite/src/sqlite.ts',
      "import { CacheModule } from 'nuthatch';",
      'libs/sqlite/src/sqlite.ts imports nuthatch: libs build on nuthatch/engine alone',
    ],
    [
      'an app imported by a lib',
      'libs/nest/src/cache.module.ts',
      "import { board } from '../../../apps/demo/src/board.js';",
      'libs/nest/src/cache.module.ts imports ../../../apps/demo/src/board.js: nobody imports an app',
    ],
    [
      'an app imported by another',
      'apps/bench/src/main.ts',
      "import '../../demo/src/board.js';",
      'apps/bench/src/main.ts imports ../../demo/src/board.js: nobody imports an app',
    ],
    [
      'the door of its own lib',
      'libs/engine/src/store-side.ts',
      "import type { Cache } from './index.js';",
      'libs/engine/src/store-side.ts imports ./index.js: inside a lib the file itself is imported',
    ],
    [
      'a cycle of three files',
      'libs/engine/src/kernel/clock.ts',
      "import type { A } from './a.js';",
      'libs/engine/src/kernel/clock.ts imports libs/engine/src/kernel/a.ts imports libs/engine/src/kernel/b.ts imports libs/engine/src/kernel/clock.ts: a cycle',
    ],
    [
      'a file that imports itself',
      'libs/engine/src/kernel/self.ts',
      "import { self } from './self.js';",
      'libs/engine/src/kernel/self.ts imports libs/engine/src/kernel/self.ts: a cycle',
    ],
    ...['utils', 'helpers', 'common', 'types', 'interfaces'].map(
      (folder): [string, string, string, string] => [
        `a folder ${folder}`,
        `libs/nest/src/${folder}/key.ts`,
        '',
        `libs/nest/src/${folder}/key.ts is in a folder ${folder}: name it after what is in it`,
      ],
    ),
    [
      'a file of 251 lines',
      'libs/engine/src/kernel/long.ts',
      'export {};\n'.repeat(251),
      'libs/engine/src/kernel/long.ts has 251 lines: at most 250',
    ],
  ];

  it.each(breaches)('is broken by %s', (...[, path, source, breach]) => {
    const cycle = {
      'libs/engine/src/kernel/a.ts': "import { b } from './b.js';",
      'libs/engine/src/kernel/b.ts': "import { clock } from './clock.js';",
    };
    expect(breachesOf(planted({ ...(path.endsWith('clock.ts') && cycle), [path]: source }))).toContain(
      breach,
    );
  });

  it.each([
    ['a file of 250 lines', 'libs/engine/src/kernel/long.ts', 'export {};\n'.repeat(250)],
    [
      'an import in a comment',
      'libs/engine/src/kernel/a.ts',
      "/**\n * import { x } from '../cache.js';\n */\n// import '../cache.js'",
    ],
    [
      'a type of a part that another room makes',
      'libs/engine/src/options.ts',
      "import type { Table } from './memory/table.js';",
    ],
  ])('is not broken by %s', (_what, path, source) => {
    expect(breachesOf(planted({ [path]: source }))).toEqual([]);
  });
});
