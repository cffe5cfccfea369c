import { withFreshProcesses } from '../child/fresh-process.js';
import { describeMachine } from '../report/machine.js';
import { median } from '../statistics/median.js';
import { check } from './check.js';
import { expectations } from './expectations.js';
import { parseThroughput } from './options.js';
import { race, type Row } from './race.js';
import { report } from './report.js';

/** Races the memory cache, once per registered strategy, against the other libraries and the bare `Map`. */
export async function throughput(args: readonly string[]): Promise<void> {
  const { json, races, check: isChecked } = parseThroughput(args);
  const rows: Row[] = [];
  if (!json) console.log(describeMachine());
  await withFreshProcesses(async ({ keep }) => {
    for (const plan of races) {
      const own = await race(plan, keep);
      rows.push(...own);
      if (!json) console.log(`\n${report(own, plan)}`);
    }
  });
  if (json) console.log(JSON.stringify(rows.map(jsonRow), undefined, 2));
  if (isChecked) judge(rows);
}

/** Speaks on the error output, since the other one may be read by a program. */
function judge(rows: readonly Row[]): void {
  const verdicts = check(rows, expectations);
  for (const { text } of verdicts) console.error(text);
  if (verdicts.length === 0 || verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

function jsonRow({ library, operation, size, ttl, speeds }: Row): object {
  return { library, operation, size, ttl, opsPerSecond: Math.round(median(speeds)) };
}
